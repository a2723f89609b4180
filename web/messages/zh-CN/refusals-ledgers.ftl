# 台账导入：为什么不能导入，以及怎么办。

refusal-ledgers-number-lost-digits = Excel 把这个号码变成了数字，后几位已丢失。请按证件重新填写，并先把单元格设为“文本”格式。
refusal-ledgers-cell-error = 单元格里是公式错误。请改成实际内容。
refusal-ledgers-not-in-list = 无法识别。请填写其中之一：{ $choices }。
refusal-ledgers-date-unreadable = 不是有效日期。请写成 2013-03-21 的形式。
refusal-ledgers-date-no-day = 日期缺少“日”。请写全，例如 2013-03-21。
refusal-ledgers-date-short-year = 年份只有两位，无法确定是哪一年。请写四位年份。
refusal-ledgers-date-order = 分不清月和日。请写成 2013-03-21 的形式。
refusal-ledgers-date-lunar = 这是农历日期。请换算成公历。
refusal-ledgers-birth-date-differs = 与公民身份号码里的出生日期不一致。请核对证件。
refusal-ledgers-sex-differs = 与公民身份号码里的性别不一致。请核对证件。
refusal-ledgers-line-twice = 与第 { $row } 行是同一个人。请只保留一行。
refusal-ledgers-lives-elsewhere = 此人登记在其他居（村）委会。请先办理迁入。
refusal-ledgers-number-merged = 这个号码所在的记录已经并入同一个人的另一份记录。请核对号码，在现在的那份记录上更正。
refusal-ledgers-same-name = 本居（村）委会已有同名的人，没有号码可以区分。请补上公民身份号码。
refusal-ledgers-name-differs = 号码已登记，但姓名不同。请核对证件；姓名有变更的，请在居民档案里更正。
refusal-ledgers-said-by-resident = 这是居民本人申报的，台账不能覆盖。请向本人核实后在居民档案里更正。
refusal-ledgers-nothing-to-import = 没有可以导入的行。请按错误说明修改后再上传。
refusal-ledgers-already-begun = 这次导入已经提交过。请查看导入结果。
refusal-ledgers-already-undone = 这次导入已经撤回。
refusal-ledgers-no-such-import = 没有这次导入。请从导入记录里选择。
refusal-ledgers-file-missing = 请选择一个文件。
refusal-ledgers-no-name-column = 没有一列是“姓名”。请指出哪一列是姓名；如果表头认错了，请在下面改表头所在的行。
refusal-ledgers-file-web-page = 这是网页，不是表格。请用 Excel 或者 WPS 打开，另存为 .xlsx 再上传。
refusal-ledgers-file-unknown = 这不是 .xlsx、.xls 或者 .csv 文件。请另存为 .xlsx 再上传。
refusal-ledgers-file-locked = 文件有密码。请去掉密码再上传。
refusal-ledgers-file-entities = 文件里有不该有的声明（XML 实体），没有读取。请用 Excel 或者 WPS 打开，另存后再上传。
refusal-ledgers-file-encoding = 看不懂文件的文字编码。请另存为 .xlsx，或者存为 UTF-8 的 .csv。
refusal-ledgers-file-no-such-sheet = 文件里没有这个工作表。请重新选择。
refusal-ledgers-file-empty = 文件是空的。请确认上传的是有内容的工作表。
refusal-ledgers-file-damaged = 文件已损坏，无法读取。请用 Excel 或者 WPS 打开，另存后再上传。
refusal-ledgers-file-too-much = { $what ->
    [bytes] 文件太大（最多 { $most } 字节）。请分成几个文件上传。
    [rows] 行数太多（最多 { $most } 行）。请分成几个文件上传。
    [columns] 列数太多（最多 { $most } 列）。请删掉不用的列再上传。
    [cell] 有一个单元格的文字太长（最多 { $most } 字）。请缩短后再上传。
   *[other] 文件展开后太大，没有读取。请用 Excel 或者 WPS 打开，另存后再上传，或者分成几个文件。
}
