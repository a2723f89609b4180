//! What `linli demo` says once it is ready: where, who, and what to do in five minutes.

use super::record::{Record, Role};
use crate::say;

/// What each role is called, in Chinese and English.
const ROLES: [(&str, &str, &str); 8] = [
    ("elder", "年长居民", "an elderly resident"),
    ("worker", "居委会工作人员", "a committee worker"),
    ("street", "街道经办人", "a street officer"),
    ("district", "区民政局经办人", "a district officer"),
    ("deputy", "区民政局另一位经办人", "another district officer"),
    ("supervisor", "监督人员", "a supervisor"),
    ("auditor", "审计", "an auditor"),
    ("admin", "安全管理员", "a security administrator"),
];

const TOUR: &str = "\
五分钟导览 · A five-minute tour
  1  年长居民: 打开长辈版,在办事指南里找到最低生活保障,申请,收好回执。
     Elderly resident: switch to elder mode, find 最低生活保障 in the guide, apply, keep the receipt.
  2  居委会工作人员: 办件在待办队首;接办,告知补正,登记走访,上报。
     Committee worker: the case tops the queue; take it, ask for a paper, record a visit, pass it on.
  3  街道经办人: 审核,张贴公示,在演示页把时钟拨快 7 天,说明理由后决定,看文书。
     Street officer: review, post the notice, push the demo's clock 7 days, decide, open the letter.
  4  年长居民: 看进度和理由,评价;给低分会引出回访,不认可会转给监督人员。
     Elderly resident: see progress and reasons, rate; a low grade opens a follow-up.
  5  年长居民: 我的—可能享受的,看政策怎么算,一键申请;区经办人:事项与政策,改标准,看各街镇增减,由另一位发布。
     Elderly resident: take an offer with one button; district officers: change a policy, rehearse, publish by two.
  6  街道经办人: 发放名册里有上月已对账的和本月待审批的;区经办人审批,街道经办人生成代发文件;年长居民: 我的—我的待遇。
     Street officer: rolls of last month, reconciled, and of this month, to be approved; a district officer approves it; the elder sees each payment.
  7  任何人: /log/checkpoint 可公开核对;下载回执后运行 linli verify receipt.json。
     Anyone: /log/checkpoint is public; download a receipt and run linli verify receipt.json.";

/// Prints where the demo is and how to walk through it.
pub(super) fn print(address: &str, record: &Record) {
    say::line(text(address, record));
}

fn text(address: &str, record: &Record) -> String {
    let mut text = format!(
        "\n邻里演示区已就绪 · The demo district is ready\n\n  {address}\n\n\
         {} 位虚构居民,全部数据均为合成 · {0} synthetic residents; nobody in it is real\n\n\
         身份 · Sign-ins: {address}/demo 一键登录 · one click\n",
        record.residents
    );
    for (key, zh, en) in ROLES {
        if let Some(role) = record.roles.iter().find(|role| role.key == key) {
            text.push_str(&line(role, zh, en));
        }
    }
    text.push('\n');
    text.push_str(TOUR);
    text.push_str("\n\nCtrl-C 停止,数据保留 · stops; the data stays");
    text
}

fn line(role: &Role, zh: &str, en: &str) -> String {
    let how = match role.resident {
        Some(_) => format!("手机 · phone {}", role.login),
        None => format!("{0} / {0}-demo", role.login),
    };
    format!("  {zh} · {en}: {} ({how})\n", role.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_every_role_and_the_tour_are_told() {
        let role = |key: &str| Role {
            key: key.to_owned(),
            login: key.to_owned(),
            name: "某人".to_owned(),
            area: "310117".to_owned(),
            account: String::new(),
            resident: None,
        };
        let record = Record {
            residents: 400,
            roles: ROLES.iter().map(|(key, _, _)| role(key)).collect(),
            ..Record::default()
        };
        let text = text("http://127.0.0.1:9", &record);
        assert!(text.contains("http://127.0.0.1:9/demo") && text.contains("400"));
        for (_, zh, en) in ROLES {
            assert!(text.contains(zh) && text.contains(en), "{zh}");
        }
        assert!(text.contains("7  任何人"));
    }
}
