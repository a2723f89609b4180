# 接管被拒绝的原因，和该怎么办。
refusal-nodes-not-gone = 这个节点还在运行，不用接管。要停用它，先用命令 linli node revoke
refusal-nodes-nothing-left = 这个节点没有留下要接管的记录
refusal-nodes-not-asked = 还没有人提出接管，请先提出，再由另一位同志确认
refusal-nodes-same-officer = 提出和确认要由两个人来做，请另一位同志确认
