# What is wrong with an answer, and what to do: shown beside the question.
# Every code that community/src/catalogue can refuse with has a message here; a test compares.

refusal-catalogue-answer-required = 请填写“{ $name_zh }”
refusal-catalogue-answer-shape = 这里没有读懂，请重新填写
refusal-catalogue-question-unknown = 这份表单里没有这一项，请刷新页面再填
refusal-catalogue-declaration-needed = 请阅读并勾选这一项，才能提交

refusal-catalogue-text-too-long = 最多写 { $max } 个字，现在是 { $count } 个字
refusal-catalogue-text-too-short = 请写得具体一些，至少 { $min } 个字
refusal-catalogue-text-unprintable = 里面有看不见的符号，请删掉后重新输入

refusal-catalogue-date-unreadable = 请按年、月、日填写，例如 1948年3月12日
refusal-catalogue-date-no-such-day = 没有这一天，请检查年、月、日
refusal-catalogue-date-in-future = 这一天还没有到，请填写今天或者以前的日期

refusal-catalogue-money-empty = 请填写金额，没有请填 0
refusal-catalogue-money-characters = 金额请用数字填写，例如 1200 或者 1200.50
refusal-catalogue-money-grouping = 逗号的位置不对，请写成 1200 或者 1,200
refusal-catalogue-money-decimals = 金额最多写到分，小数点后面两位
refusal-catalogue-money-negative = 金额请填 0 或者更大的数
refusal-catalogue-money-too-large = 金额最多 { $max }，请检查是不是多写了几位
refusal-catalogue-money-too-small = 金额最少 { $min }

refusal-catalogue-number-characters = 请用整数填写，例如 3
refusal-catalogue-number-too-small = 最小填 { $min }
refusal-catalogue-number-too-large = 最大填 { $max }

refusal-catalogue-choice-unknown = 请从列出的选项中选一个
refusal-catalogue-yes-or-no = 请选“是”或者“否”

refusal-catalogue-phone-characters = 电话号码只有数字，请检查
refusal-catalogue-phone-length = 请填写 11 位手机号码，现在是 { $count } 位
refusal-catalogue-phone-fixed-length = 固定电话请连区号一起填写，例如 021-57800000
refusal-catalogue-phone-prefix = 手机号码的开头不对，请检查

refusal-catalogue-identity-length = 身份证号码是 18 位，请检查有没有漏写或者多写
refusal-catalogue-identity-characters = 身份证号码由数字组成，最后一位可以是 X
refusal-catalogue-identity-region = 身份证号码的前两位不对，请检查
refusal-catalogue-identity-birth-date = 身份证号码里的出生日期不存在，请检查第 7 到 14 位
refusal-catalogue-identity-check-digit = 身份证号码的校验没有通过，请检查有没有写错一位

refusal-catalogue-account-characters = 银行账号只有数字，请检查
refusal-catalogue-account-length = 银行账号一般是 8 到 30 位数字，现在是 { $count } 位

refusal-catalogue-rows-shape = 请一行填写一位家人
refusal-catalogue-rows-too-few = 请至少填写 { $min } 位家人，包括您自己
refusal-catalogue-rows-too-many = 最多填写 { $max } 位家人，更多的请到窗口办理
refusal-catalogue-cell-required = 请填写这位家人的“{ $name_zh }”
refusal-catalogue-column-unknown = 这一行里有表单以外的内容，请刷新页面再填
