# 公开日志

log-what = 每一次受理、补正、公示和决定，都记进一本只能往后写的日志。这里公开的是每一条的指纹，不含任何个人信息；任何人都能用它核对：没有一条被改过，没有一条被抽走。
log-size = 目前共 { $size } 条。
log-check = 怎样核对
log-check-1 = 在“我的办件”里下载回执。
log-check-2 = 运行 linli verify receipt.json，不用联网，就能证明您的那一条在日志里。
log-check-3 = 也可以用任何支持 C2SP tlog-tiles 的工具，定期取一次检查点，比对前后两次。
log-checkpoint = 最新检查点
log-key = 验签公钥
log-addresses = 接口地址
