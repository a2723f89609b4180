# 督办: disputes, low ratings and what is overdue.
super-nav = 督办
super-title = 督办
super-lead = 不认可的结果、偏低的评价和超期的办件。每一件都有期限。
super-disputes = 不认可结果
super-disputes-caption = 不认可结果：共 { $count } 条
super-disputes-none = 没有待处理的不认可
super-low = 低评价回访
super-low-caption = 低评价回访：共 { $count } 条
super-low-none = 没有待回访的低评价
super-overdue = 超期
super-overdue-caption = 超期：共 { $count } 条
super-overdue-none = 没有超期的办件
super-settle = 处理
super-more = 看全部 { $count } 条
