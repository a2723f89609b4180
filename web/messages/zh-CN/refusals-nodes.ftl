# 接管被拒绝的原因，和该怎么办。
refusal-nodes-not-gone = 这个节点还在运行，不用接管。要停用它，先用命令 linli node revoke
refusal-nodes-nothing-left = 这个节点没有留下要接管的记录
refusal-nodes-not-asked = 还没有人提出接管，请先提出，再由另一位同志确认
refusal-nodes-same-officer = 提出和确认要由两个人来做，请另一位同志确认
refusal-nodes-branch-how = 请选一项：已补办，还是不需要补办
refusal-nodes-branch-unknown = 没有这份分叉的记录，或者它不在您管辖的区域
refusal-nodes-branch-words = 请写一句怎么处理的，不超过 { $most } 个字
