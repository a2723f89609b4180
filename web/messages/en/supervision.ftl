# Disputes, low ratings and what is overdue.
super-nav = Supervision
super-title = Supervision
super-lead = Disputed results, low ratings and overdue cases. Each has a deadline.
super-disputes = Disputed results
super-disputes-caption = Disputed results: { $count } in all
super-disputes-none = No dispute is open
super-low = Follow-up after a low rating
super-low-caption = Follow-up after a low rating: { $count } in all
super-low-none = No low rating awaits a follow-up
super-overdue = Overdue
super-overdue-caption = Overdue: { $count } in all
super-overdue-none = No case is overdue
super-settle = Settle
super-more = See all { $count }
