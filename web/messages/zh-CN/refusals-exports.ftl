# 导出: why the answer is no, and what to do instead. One message a rule of community/src/exports/refusal.rs.
refusal-exports-purpose-missing = 请写明用途，2 到 200 个字。
refusal-exports-purpose-personal = 用途里好像有号码。请不要写身份证号码或者电话。
refusal-exports-too-many = 一次最多导出 { $most } 行。请缩小筛选范围。
refusal-exports-nothing = 筛选后没有内容，没有导出。请改一下筛选条件。
refusal-exports-already-made = 这次导出已经下载过，文件只给一次。请再导出一次。
