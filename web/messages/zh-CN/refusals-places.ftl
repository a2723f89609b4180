# 区划: why the answer is no, and what to do instead. One message a rule of community/src/places/refusal.rs.
refusal-places-date-in-future = 生效日期不能晚于今天。
refusal-places-no-such-area = 没有这个区域（{ $area }），或者它已经撤销。
refusal-places-code-taken = 代码 { $code } 已经用过了。代码终身不变，请换一个新的。
refusal-places-code-wrong = 代码只能用数字、小写字母和连字符，最多 24 位。
refusal-places-name-wrong = 名称要有 2 到 40 个字。
refusal-places-does-not-fit = 这一类区域不能放在这里。街镇之下可以设社区、居委会和村委会，社区之下可以设居委会和村委会。
refusal-places-not-empty = 里面还有下级区域。请先把它们迁到别处。
refusal-places-heir-needed = 请选择由哪个居（村）委会接管居民和办件。
refusal-places-same-place = 它现在就在这里，不用迁。
refusal-places-nothing-to-do = 没有要改的内容。
refusal-places-already-there = 这个区的区划已经登记过了。
