# Certificates: the token beside the paper, and revoking.
certificates-token = 下载可核验的电子凭据（JWT）
certificates-token-hint = 收到的单位可以用本站公布的公钥核验，不联网也行。里面只有您姓氏和隐去的名字。
certificates-revoke = 撤销证明
certificates-revoke-title = 撤销证明：{ $number }
certificates-revoke-lead = 撤销以后，谁扫码或者输入编号都会看到“已撤销”。已经交出去的纸质证明请设法收回，并告诉本人。
certificates-ground = 为什么撤销
certificates-ground-wrong = 证明的内容有误
certificates-ground-changed = 情况已经变化
certificates-ground-not-ours = 不应当由本单位出具
certificates-ground-false-papers = 依据的材料不真实
certificates-words = 说明
certificates-words-hint = 写清哪里不对、怎样发现的。本人可以看到。
certificates-revoked = 证明已经撤销。

refusal-certificates-none = 这一件没有出具证明，或者证明已经失效。
refusal-certificates-revoked-already = 这份证明已经撤销了。
refusal-certificates-ground-missing = 请选择为什么撤销
refusal-certificates-words-missing = 请写明撤销的理由
refusal-certificates-words-long = 理由最多 { $most } 个字
refusal-certificates-own = 这是您本人或者家人的证明，请同事办理（回避）。
