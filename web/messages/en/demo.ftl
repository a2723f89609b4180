# Roles, the tour and the clock; only in the demo.
demo-title = Demo district
demo-lead = A district of synthetic data; nobody in it is real. Choose a role and look around.
demo-change = Change the role
demo-change-lead = One press signs you in.
demo-enter = Enter as { $name }
demo-tour = Five-minute tour
demo-tour-1 = As the elderly resident, in elder mode, apply for the minimum living allowance and get a number and a receipt.
demo-tour-2 = As the committee worker take the case on top, ask for a supplement, record a visit, pass it on.
demo-tour-3 = As the street officer review and post the public notice. Push the clock 7 days forward, end the notice, decide.
demo-tour-4 = As the elderly resident again see progress, decision and reasons, and rate; try a low grade.
demo-tour-5 = As the supervisor settle a dispute; as the auditor see the entry and proof of every step.
demo-clock = Demo clock
demo-clock-now = In the demo today is { $date }.
demo-clock-pushed = { $days ->
    [one] It has been pushed forward by 1 day.
   *[other] It has been pushed forward by { $days } days.
}
demo-clock-real = It has not been pushed.
demo-clock-lead = A notice hangs for 7 days. The clock can be pushed forward, never back.
demo-clock-1 = Push 1 day
demo-clock-7 = Push 7 days
demo-clock-done = The clock is now at { $date }.
demo-role-elder = Elderly resident
demo-role-elder-text = Lives alone; applies and follows cases in elder mode
demo-role-worker = Committee worker
demo-role-worker-text = Acceptance, supplements, visits, filing for others
demo-role-street = Street officer
demo-role-street-text = Review, public notice, decision
demo-role-district = District officer
demo-role-district-text = Cases of the whole district, areas
demo-role-deputy = Another district officer
demo-role-deputy-text = A change of policy takes two
demo-role-supervisor = Supervisor
demo-role-supervisor-text = Disputes, low ratings, overdue cases
demo-role-auditor = Auditor
demo-role-auditor-text = Entries, proofs, checkpoints
demo-role-admin = Security administrator
demo-role-admin-text = Accounts, posts, API tokens
demo-role-social = Social worker
demo-role-social-text = Works cases and visits together with the committee
demo-role-system = System administrator
demo-role-system-text = Runs the node; sees no cases and no residents
demo-kiosk = Kiosk
demo-kiosk-lead = Make this browser the kiosk of a service hall, and try the identity card and your phone. The card reader is simulated.
demo-kiosk-go = Make it a kiosk
