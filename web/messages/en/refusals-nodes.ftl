# Why a takeover is refused, and what to do.
refusal-nodes-not-gone = This node still runs and need not be taken over; to shut it out, run linli node revoke first
refusal-nodes-nothing-left = This node left nothing to be taken over
refusal-nodes-not-asked = Nobody has asked for this takeover yet: ask for it, then have another officer confirm it
refusal-nodes-same-officer = Asking and confirming are for two people: have another officer confirm it
refusal-nodes-branch-how = Choose one: done again, or not needed
refusal-nodes-branch-unknown = There is no such branched record, or it is not in your area
refusal-nodes-branch-words = Say in a sentence what became of it, at most { $most } characters
