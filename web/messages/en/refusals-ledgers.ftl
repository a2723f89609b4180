# Importing ledgers: why the answer is no, and what to do.

refusal-ledgers-number-lost-digits = Excel turned this number into a figure and lost its last digits. Type it again from the card, with the cell formatted as text.
refusal-ledgers-cell-error = The cell holds a formula error. Put the value itself there.
refusal-ledgers-not-in-list = Not recognised. Use one of: { $choices }.
refusal-ledgers-date-unreadable = Not a date. Write it as 2013-03-21.
refusal-ledgers-date-no-day = The day is missing. Write the whole date, such as 2013-03-21.
refusal-ledgers-date-short-year = The year has two digits and could be another one. Write four.
refusal-ledgers-date-order = Day and month cannot be told apart. Write it as 2013-03-21.
refusal-ledgers-date-lunar = This is a lunar date. Give the date of the common calendar.
refusal-ledgers-birth-date-differs = It differs from the date of birth in the identity number. Check the card.
refusal-ledgers-sex-differs = It differs from the sex in the identity number. Check the card.
refusal-ledgers-line-twice = The same person as in row { $row }. Keep one of the rows.
refusal-ledgers-lives-elsewhere = This person is registered with another committee. Record the move first.
refusal-ledgers-number-merged = The record with this number was merged into another one of the same person. Check the number, and correct it in the record of today.
refusal-ledgers-same-name = Somebody of this name is registered here, and no number tells them apart. Add the identity number.
refusal-ledgers-name-differs = The number is registered under another name. Check the card; if the name changed, correct it in the record.
refusal-ledgers-said-by-resident = The resident stated this themselves, so a ledger does not overwrite it. Ask them, and correct it in the record.
refusal-ledgers-nothing-to-import = No row can go in. Mend the file as its notes say, and send it again.
refusal-ledgers-already-begun = This import was sent already. See its result.
refusal-ledgers-already-undone = This import was taken back already.
refusal-ledgers-no-such-import = There is no such import. Choose one from the list.
refusal-ledgers-file-missing = Choose a file.
refusal-ledgers-no-name-column = No column holds the name. Say which one does; where the header was mistaken, correct its row below.
refusal-ledgers-file-web-page = This is a web page, not a sheet. Open it in Excel or WPS, save it as .xlsx, and send that.
refusal-ledgers-file-unknown = This is no .xlsx, .xls or .csv file. Save it as .xlsx and send that.
refusal-ledgers-file-locked = The file is locked with a password. Take the password off and send it again.
refusal-ledgers-file-entities = The file declares XML entities, which no workbook needs, and was not read. Open it in Excel or WPS, save it anew, and send that.
refusal-ledgers-file-encoding = The text of the file is in an encoding that is not known. Save it as .xlsx, or as .csv in UTF-8.
refusal-ledgers-file-no-such-sheet = There is no such sheet in the file. Choose again.
refusal-ledgers-file-empty = The file is empty. Make sure that it is the one with the rows.
refusal-ledgers-file-damaged = The file is damaged and cannot be read. Open it in Excel or WPS, save it anew, and send that.
refusal-ledgers-file-too-much = { $what ->
    [bytes] The file is too large (at most { $most } bytes). Send it in several parts.
    [rows] There are too many rows (at most { $most }). Send them in several files.
    [columns] There are too many columns (at most { $most }). Delete those that are not used.
    [cell] One cell holds too long a text (at most { $most } characters). Shorten it.
   *[other] Unpacked, the file is too large and was not read. Open it in Excel or WPS and save it anew, or send it in several files.
}
