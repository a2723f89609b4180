# 办件: why the answer is no, and what to do instead. One message a rule of community/src/cases/refusal.rs.
refusal-cases-unknown = 没有找到这件办件。请核对编号，或者打电话问居委会。
refusal-cases-number-and-phone-differ = 编号和电话对不上。请核对回执上的编号，电话填申请时留的那个。
refusal-cases-number-length = 办件编号是 10 位数字，请对照回执再填一次。
refusal-cases-number-characters = 办件编号只有数字，请去掉其他字符。
refusal-cases-number-check-digit = 编号有一位不对，或者两位颠倒了。请对照回执，按三位、三位、四位再念一遍。
refusal-cases-service-unknown = 目录里没有这个事项，或者它已经停办。请从办事指南重新选。
refusal-cases-channel-not-offered = 这个事项不能用这种方式申请。办事指南里列了可以用的方式。
refusal-cases-area-unknown = 没有这个居（村）委会或街镇。请重新选择。
refusal-cases-ended = 这件办件已经结束。对结果有意见，可以点“不认可”，或者登记复议、诉讼。
refusal-cases-not-now = 办件现在不在这一步。请刷新页面，看看现在该做什么。
refusal-cases-not-yet-accepted = 还没有受理。请先受理，或者一次告知要补的材料。
refusal-cases-already-accepted = 已经受理过了，不用再受理。请接着办下一步。
refusal-cases-awaits-supplement = 正在等申请人补充材料，期限已经停算。补来之前先不往下办。
refusal-cases-no-supplement-asked = 现在没有要您补充的材料。有话要说，可以给经办人留言。
refusal-cases-already-decided = 已经作出决定，不能再改。申请人不认可的，由监督人员处理。
refusal-cases-not-yet-decided = 还没有作出决定。等决定送达以后再来。
refusal-cases-not-your-desk = 办件现在在别的岗位（{ $area }）。可以给那里留言，或者请上级转办。
refusal-cases-waits-for-applicant = 现在轮到申请人，不用您处理。可以打电话提醒一声。
refusal-cases-taken-by-another = 同事已经领了这件办件。要接过来，请选“接手”，系统会留下记录。
refusal-cases-already-yours = 这件办件已经在您手里了。
refusal-cases-not-taken = 还没有人领这件办件，不用放回。
refusal-cases-own-case = 这是您本人或者您家人的办件，按规定要回避。请交给同事办理。
refusal-cases-not-at-this-desk = 按事项规定，这个岗位不办这一步。请移交给负责的岗位。
refusal-cases-only-linli = 这一步由系统到期自动办理，不用人工操作。
refusal-cases-only-applicant = 只有申请人本人能做，请他用自己的手机或者自助机。
refusal-cases-authority-missing = 请说明凭什么替别人办理：监护、书面委托、当面口头委托、电话委托或者同户家人。
refusal-cases-words-missing = 请写明情况和理由。
refusal-cases-words-too-long = 写得太长了，请控制在 { $max } 个字以内，其余的可以作为材料附上。
refusal-cases-ground-unknown = 这条理由不在事项规定里。只能从列出的理由中选。
refusal-cases-ground-missing = 不同意要写明依据哪一条。请选一条。
refusal-cases-outcome-unknown = 这个事项没有这种结果。请从列出的结果中选。
refusal-cases-amount-missing = 请填写金额，要大于 0 元，并在理由里写明怎么算的。
refusal-cases-amount-not-paid = 这种结果不发钱，请把金额留空。
refusal-cases-period-reversed = 结束的日子早于开始的日子，请改正。
refusal-cases-period-too-long = 这个事项一次最多给 { $months } 个月，请把结束的日子提前。
refusal-cases-last-desk = 这已经是最后一个岗位，请在这里审核、决定。
refusal-cases-first-desk = 这已经是第一个岗位，没有上一环节。要补材料，请用“告知补正”。
refusal-cases-step-skipped = { $step ->
    [check] 还没有记录核对结果。请先核对；确实不用核对的，写明理由再移交。
    [visit] 还没有记录走访。请先走访；确实不用走访的，写明理由再移交。
   *[other] 还没有审核。请先审核；确实不用的，写明理由再移交。
 }
refusal-cases-review-missing = 还没有审核意见。请先审核，再公示或者决定。
refusal-cases-no-notice-rule = 这个事项不公示，可以直接决定。
refusal-cases-notice-missing = 同意之前要先公示。请先张贴公示；不同意的不用公示。
refusal-cases-notice-running = 公示要挂满，最后一天是 { $date }。期满以后再办。
refusal-cases-already-posted = 已经公示过了，不用再贴。
refusal-cases-objection-open = 第 { $objection } 条异议还没有答复。请先核实、答复。
refusal-cases-objection-unknown = 没有要答复的异议，请刷新页面看一看。
refusal-cases-objection-answered = 第 { $objection } 条异议已经答复过了。
refusal-cases-nothing-asked = 请至少选一份要补的材料，或者一个要重新填的问题。
refusal-cases-asked-unknown = 这份材料不在事项规定里，不能要求申请人提供。
refusal-cases-supplement-incomplete = 还缺一项要补的内容。确实提供不了的，请写明原因，由经办人判断。
refusal-cases-answer-not-asked = 这个问题不在申请表里，请去掉。
refusal-cases-extension-too-long = 最多还能延长 { $left } 天，至少 1 天。请改天数。
refusal-cases-no-extension = 按规定这个事项不能延期。请在承诺的日子以前办完。
refusal-cases-urged-already = 已经催过了，{ $date } 起可以再催。着急的话请打电话。
refusal-cases-already-rated = 这件事您已经评过了。每件事评一次。
refusal-cases-dispute-too-late = 请监督人员重新看的期限到 { $date } 为止，已经过了。还可以申请复议或者提起诉讼。
refusal-cases-already-disputed = 监督人员已经在看，或者已经看过一次。对结果有意见，可以申请复议或者提起诉讼。
refusal-cases-no-appeal = 没有登记复议或者诉讼，请先登记。
refusal-cases-appeal-unknown = 这个事项没有这种救济途径，请从列出的途径中选。
refusal-cases-date-in-future = 日期不能晚于今天，请改正。
refusal-cases-date-too-early = 日期太早了，请核对。
refusal-cases-same-area = 办件已经在那里，不用转办。
refusal-cases-not-due-yet = 期限还没有到，最后一天是 { $date }。
refusal-cases-nothing-to-reckon = 日期没有变化，不用重新计算。
refusal-cases-page-too-deep = 只能翻到前 { $max } 条。请加一个筛选条件，缩小范围。

# 节点: rules of the node itself.
refusal-node-command-reused = 这个操作编号已经用过了，内容不一样。请刷新页面再试一次。
refusal-node-parked = 这份记录暂时只能看、不能改：里面有这个版本还不认识的内容。请联系系统管理员升级。
refusal-node-read-only = 系统现在只能看、不能改。您填的内容还在，请过一会儿再提交，或者打电话。
refusal-journal-subject-erased = 这个人的个人信息已经依法清除，不能再写入。
refusal-journal-entry-too-large = 一次提交的内容太多了。请把长的说明缩短，或者作为材料附上，再提交一次。
refusal-journal-not-restored = 这个节点不是从备份恢复的，不用确认。
refusal-journal-reserved-kind = 这类记录由系统自己写，不能从外面写入。
