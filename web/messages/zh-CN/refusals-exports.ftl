# 导出: why the answer is no, and what to do instead. One message a rule of community/src/exports/refusal.rs.
refusal-exports-purpose-missing = 请写明用途，2 到 200 个字。
refusal-exports-purpose-personal = 用途里好像有号码。请不要写身份证号码或者电话。
refusal-exports-too-many = 一次最多导出 { $most } 行。请缩小筛选范围。
refusal-exports-nothing = 筛选后没有内容，没有导出。请改一下筛选条件。
refusal-exports-already-made = 这次导出已经下载过，文件只给一次。请再导出一次。
refusal-exports-own = 这是您自己申请的，要由另一位经办人批准。
refusal-exports-not-waiting = 没有等待答复的申请，或者已经答复过了。
refusal-exports-not-yours = 只有申请人在申请时的岗位上可以下载。
refusal-exports-not-granted = 这份申请没有被批准，不能下载。
refusal-exports-lapsed = 批准已经超过三天，请重新申请。
refusal-exports-reason-missing = 不批准请写明理由，2 到 200 个字。
refusal-exports-reason-personal = 理由里好像有号码。请不要写身份证号码或者电话。
