# 导出: why the answer is no, and what to do instead. One message a rule of community/src/exports/refusal.rs.
refusal-exports-purpose-missing = Say what for, in 2 to 200 characters.
refusal-exports-purpose-personal = There seems to be a number in it. Write no identity number or telephone.
refusal-exports-too-many = At most { $most } rows leave at once. Narrow the filter.
refusal-exports-nothing = Nothing is left after the filter, so nothing was exported. Change the filter.
refusal-exports-already-made = This export was downloaded already, and a file is given once. Export again.
refusal-exports-own = You asked for this yourself: another officer is to approve it.
refusal-exports-not-waiting = Nothing waits for an answer here, or it was answered already.
refusal-exports-not-yours = Only who asked may download it, in the post in which they asked.
refusal-exports-not-granted = This was not approved, so it cannot be downloaded.
refusal-exports-lapsed = The approval is more than three days old. Ask again.
refusal-exports-reason-missing = Say why not, in 2 to 200 characters.
refusal-exports-reason-personal = There seems to be a number in it. Write no identity number or telephone.
