# 区划: why the answer is no, and what to do instead. One message a rule of community/src/places/refusal.rs.
refusal-places-date-in-future = The date cannot be later than today.
refusal-places-no-such-area = There is no such area ({ $area }), or it was abolished.
refusal-places-code-taken = The code { $code } was used before. A code is for ever: choose a new one.
refusal-places-code-wrong = A code has digits, lower-case letters and hyphens only, 24 at most.
refusal-places-name-wrong = A name has 2 to 40 characters.
refusal-places-does-not-fit = An area of this kind cannot lie here. Streets and towns hold communities and committees; communities hold committees.
refusal-places-not-empty = Other areas still lie in it. Move them elsewhere first.
refusal-places-heir-needed = Choose the committee that takes over its residents and cases.
refusal-places-same-place = It lies there already.
refusal-places-nothing-to-do = There is nothing to change.
refusal-places-already-there = The areas of this district are recorded already.
