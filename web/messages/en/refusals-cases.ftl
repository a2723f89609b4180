# Cases: why the answer is no, and what to do instead. One message a rule of community/src/cases/refusal.rs.
refusal-cases-unknown = There is no such case. Check the number, or call your committee.
refusal-cases-number-and-phone-differ = The number and the telephone number do not belong together. Check the number on the receipt, and give the telephone number you gave when applying.
refusal-cases-number-length = A case number has 10 digits. Compare it with the receipt and try again.
refusal-cases-number-characters = A case number has digits only. Take out everything else.
refusal-cases-number-check-digit = One digit is wrong or two are swapped. Read the number on the receipt again: three, three, four.
refusal-cases-service-unknown = This service is not in the catalogue, or has ended. Choose again in the guide.
refusal-cases-channel-not-offered = This service cannot be applied for this way. The guide lists the ways there are.
refusal-cases-area-unknown = There is no such committee, street or town. Choose again.
refusal-cases-ended = This case has ended. If you disagree with the result, dispute it, or record a reconsideration or court case.
refusal-cases-not-now = The case is not at this step now. Load the page again to see what comes next.
refusal-cases-not-yet-accepted = The case has not been accepted. Accept it first, or ask for everything that is missing.
refusal-cases-already-accepted = The case has been accepted already. Go on with the next step.
refusal-cases-awaits-supplement = The applicant has been asked for something and the clock stands still. Nothing goes on until it comes.
refusal-cases-no-supplement-asked = Nothing is asked of you now. If you have something to say, write to the desk.
refusal-cases-already-decided = The case has been decided and that cannot be changed here. If the applicant disagrees, the supervisor looks at it.
refusal-cases-not-yet-decided = There is no decision yet. Come back when it has been delivered.
refusal-cases-not-your-desk = The case lies at another desk ({ $area }). Leave a word there, or ask for a transfer.
refusal-cases-waits-for-applicant = It is the applicant's turn. You may call to remind them.
refusal-cases-taken-by-another = A colleague has taken this case. To take it over, choose so; that is recorded.
refusal-cases-already-yours = You have this case already.
refusal-cases-not-taken = Nobody has taken this case, so there is nothing to put back.
refusal-cases-own-case = This case is your own or that of your household. You must stand aside: hand it to a colleague.
refusal-cases-not-at-this-desk = By the rules of the service this desk does not do that. Pass the case on to the one that does.
refusal-cases-only-linli = The system does this by itself when the time comes.
refusal-cases-only-applicant = Only the applicant can do this, on their own device or at a kiosk.
refusal-cases-authority-missing = Say by what authority you act for another: guardian, in writing, spoken at the counter, by telephone, or same household.
refusal-cases-words-missing = Write down the facts and the reason.
refusal-cases-words-too-long = This is too long. Keep it to { $max } characters and attach the rest.
refusal-cases-ground-unknown = This ground is not among the rules of the service. Choose one from the list.
refusal-cases-ground-missing = A refusal names the clause it rests on. Choose one.
refusal-cases-outcome-unknown = This service has no such result. Choose one from the list.
refusal-cases-amount-missing = Enter an amount above zero, and say in the reasons how it comes about.
refusal-cases-amount-not-paid = No money is paid with this result. Leave the amount empty.
refusal-cases-period-reversed = The last day is before the first. Correct one of them.
refusal-cases-period-too-long = One grant of this service runs { $months } months at most. Choose an earlier last day.
refusal-cases-last-desk = This is the last desk: review and decide here.
refusal-cases-first-desk = This is the first desk, so there is none before. To ask for papers, ask the applicant for a supplement.
refusal-cases-step-skipped = { $step ->
    [check] No check has been recorded. Check first; if none is needed, say why and pass on.
    [visit] No visit has been recorded. Visit first; if none is needed, say why and pass on.
   *[other] No review has been recorded. Review first; if none is needed, say why and pass on.
 }
refusal-cases-review-missing = There is no review yet. Review first, then post or decide.
refusal-cases-no-notice-rule = This service has no public notice. You may decide at once.
refusal-cases-notice-missing = Before a grant the public notice must hang. Post it first; a refusal needs none.
refusal-cases-notice-running = The notice hangs until the end of { $date }. Go on after that.
refusal-cases-already-posted = The notice has been posted already.
refusal-cases-objection-open = Objection { $objection } has not been answered. Look into it and answer first.
refusal-cases-objection-unknown = There is no objection to answer. Load the page again.
refusal-cases-objection-answered = Objection { $objection } has been answered already.
refusal-cases-nothing-asked = Choose at least one paper that is missing or one question to answer anew.
refusal-cases-asked-unknown = This paper is not among the rules of the service and may not be asked for.
refusal-cases-supplement-incomplete = Something that was asked for is still missing. If you cannot get it, say why; the officer will judge.
refusal-cases-answer-not-asked = This question is not on the form. Take it out.
refusal-cases-extension-too-long = At most { $left } more days, and at least 1. Change the number of days.
refusal-cases-no-extension = By its rules this service cannot be extended. Finish by the promised day.
refusal-cases-urged-already = You have urged already; you may again from { $date }. If it is pressing, please call.
refusal-cases-already-rated = You have rated this already. Each matter is rated once.
refusal-cases-dispute-too-late = The time to ask the supervisor ended on { $date }. You can still ask for reconsideration or go to court.
refusal-cases-already-disputed = The supervisor is looking at it, or has done so once. If you disagree, ask for reconsideration or go to court.
refusal-cases-no-appeal = No appeal is on record. Record it first.
refusal-cases-appeal-unknown = This service has no such way of appeal. Choose one from the list.
refusal-cases-date-in-future = The day may not be after today. Correct it.
refusal-cases-date-too-early = The day is too early. Check it.
refusal-cases-same-area = The case is there already.
refusal-cases-not-due-yet = The time has not run out; the last day is { $date }.
refusal-cases-nothing-to-reckon = No date changes, so there is nothing to reckon.
refusal-cases-page-too-deep = Only the first { $max } rows can be paged through. Add a filter.

# The node itself.
refusal-node-command-reused = This command id was used for something else. Load the page again and retry.
refusal-node-parked = This record can be read but not changed for now: it holds something this version does not know. Ask the system administrator to upgrade.
refusal-node-read-only = The system can be read but not written now. What you typed is kept; send it again in a while, or call.
refusal-journal-subject-erased = This person's data were erased by law and nothing can be written about them.
refusal-journal-entry-too-large = This is too much for one submission. Shorten long texts or attach them as a paper, and send it again.
refusal-journal-not-restored = This node was not restored from a backup, so there is nothing to confirm.
refusal-journal-reserved-kind = The system writes records of this kind itself; they cannot be written from outside.
