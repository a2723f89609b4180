# 接口: the messages of problem answers.
api-unreadable = 请求内容读不懂
api-unreadable-detail = { $detail }
api-too-large = 请求内容太大，最多 { $most } 字节
api-not-found = 没有这个对象，或者您的岗位看不到
api-conflict = 对象已变到第 { $found } 版，您看到的是第 { $expected } 版
api-reused = 这个 command_id 已用于另一份内容，请换一个
api-unsupported = 请用 application/json 发送
