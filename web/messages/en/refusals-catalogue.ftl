# What is wrong with an answer, and what to do: shown beside the question.
# Every code that community/src/catalogue can refuse with has a message here; a test compares.

refusal-catalogue-answer-required = Please fill in “{ $name_en }”
refusal-catalogue-answer-shape = This could not be read; please enter it again
refusal-catalogue-question-unknown = This form has no such question; please reload the page
refusal-catalogue-declaration-needed = Please read and tick this to submit

refusal-catalogue-text-too-long = At most { $max } characters; there are { $count }
refusal-catalogue-text-too-short = Please be more specific: at least { $min } characters
refusal-catalogue-text-unprintable = There are invisible characters in this; please delete them and type it again

refusal-catalogue-date-unreadable = Please enter year, month and day, for example 1948-03-12
refusal-catalogue-date-no-such-day = There is no such day; please check year, month and day
refusal-catalogue-date-in-future = That day has not come yet; please enter today or an earlier day

refusal-catalogue-money-empty = Please enter an amount, or 0 if there is none
refusal-catalogue-money-characters = Please enter the amount in digits, for example 1200 or 1200.50
refusal-catalogue-money-grouping = The comma is in the wrong place; please write 1200 or 1,200
refusal-catalogue-money-decimals = An amount has at most two digits after the point
refusal-catalogue-money-negative = Please enter 0 or more
refusal-catalogue-money-too-large = At most { $max }; please check for extra digits
refusal-catalogue-money-too-small = At least { $min }

refusal-catalogue-number-characters = Please enter a whole number, for example 3
refusal-catalogue-number-too-small = { $min } or more
refusal-catalogue-number-too-large = { $max } or less

refusal-catalogue-choice-unknown = Please choose one of those listed
refusal-catalogue-yes-or-no = Please choose yes or no

refusal-catalogue-phone-characters = A telephone number has digits only; please check it
refusal-catalogue-phone-length = A mobile number has 11 digits; there are { $count }
refusal-catalogue-phone-fixed-length = Please enter a fixed line with its area code, for example 021-57800000
refusal-catalogue-phone-prefix = No mobile number begins like this; please check it

refusal-catalogue-identity-length = An identity number has 18 characters; please check that none is missing or extra
refusal-catalogue-identity-characters = An identity number is made of digits; the last may be X
refusal-catalogue-identity-region = The first two digits of the identity number are wrong; please check them
refusal-catalogue-identity-birth-date = The date of birth in the identity number does not exist; please check digits 7 to 14
refusal-catalogue-identity-check-digit = The identity number does not add up; please check for a mistyped digit

refusal-catalogue-account-characters = An account number has digits only; please check it
refusal-catalogue-account-length = An account number usually has 8 to 30 digits; there are { $count }

refusal-catalogue-rows-shape = Please enter one family member a row
refusal-catalogue-rows-too-few = Please enter at least { $min }, yourself included
refusal-catalogue-rows-too-many = At most { $max }; with more, please apply at the counter
refusal-catalogue-cell-required = Please fill in “{ $name_en }” for this family member
refusal-catalogue-column-unknown = This row has something the form does not ask for; please reload the page
