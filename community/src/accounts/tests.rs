//! Accounts: every refusal, the days of posts, and golden files.

use std::path::Path;

use jiff::civil::{Date, date};
use linli_journal::golden::{self, Golden};
use linli_kernel::{AccountId, Actor, AreaPath, Post, PostId, ResidentId, Role};
use uuid::Uuid;

use super::*;

const TODAY: Date = date(2026, 11, 23);

fn path(text: &str) -> AreaPath {
    text.parse().unwrap()
}

fn post(n: u128, role: Role, area: &str) -> Post {
    Post {
        id: PostId(Uuid::from_u128(n)),
        role,
        area: path(area),
    }
}

fn admin(account: u128, area: &str) -> Actor {
    Actor::in_post(
        AccountId(Uuid::from_u128(account)),
        post(99, Role::SecurityAdmin, area),
    )
}

fn staff(login: &str) -> Command {
    Command::Open {
        area: path("310117/310117001"),
        holder: Holder::Staff {
            login: login.to_owned(),
            name: "王敏".to_owned(),
            resident: None,
        },
    }
}

fn opened_as(resident: Option<ResidentId>) -> Command {
    Command::Open {
        area: path("310117/310117001"),
        holder: Holder::Staff {
            login: "wang.min".to_owned(),
            name: "王敏".to_owned(),
            resident,
        },
    }
}

fn give(n: u128, role: Role, area: &str) -> Command {
    Command::GivePost {
        post: post(n, role, area),
        from: TODAY,
        to: None,
    }
}

fn token(n: u128, post: Option<u128>) -> Command {
    Command::IssueToken {
        token: Uuid::from_u128(n),
        hash: token_hash("secret"),
        label: "对接".to_owned(),
        post: post.map(|n| PostId(Uuid::from_u128(n))),
        to: None,
    }
}

fn ask(account: &Account, actor: &Actor, command: &Command) -> Result<Vec<Event>, String> {
    let context = Context {
        today: TODAY,
        actor,
        login_taken: false,
        resident_unknown: false,
    };
    decide(account, command, context).map_err(|refusal| refusal.code)
}

fn after(commands: &[Command]) -> Account {
    let mut account = Account::default();
    for command in commands {
        for event in ask(&account, &Actor::system(), command).unwrap() {
            account.apply(Some(AccountId(Uuid::from_u128(7))), &event);
        }
    }
    account
}

fn refused(account: &Account, command: &Command) -> String {
    ask(account, &admin(1, "310117"), command).unwrap_err()
}

#[test]
fn an_administrator_opens_accounts_in_their_area_only() {
    let none = Account::default();
    assert!(ask(&none, &admin(1, "310117"), &staff("wang.min")).is_ok());
    let elsewhere = admin(1, "310117/310117105");
    assert_eq!(
        ask(&none, &elsewhere, &staff("wang.min")),
        Err("gate.area".to_owned())
    );
    let worker = Actor::in_post(
        AccountId(Uuid::from_u128(2)),
        post(1, Role::DistrictOfficer, "310117"),
    );
    assert_eq!(
        ask(&none, &worker, &staff("wang.min")),
        Err("gate.role".to_owned())
    );
}

#[test]
fn user_names_are_plain_and_belong_to_one() {
    let none = Account::default();
    for bad in ["", "ab", "Wang", "王敏", "a b c", &"a".repeat(41)] {
        assert_eq!(refused(&none, &staff(bad)), "accounts.login-wrong", "{bad}");
    }
    let context = Context {
        today: TODAY,
        actor: &Actor::system(),
        login_taken: true,
        resident_unknown: false,
    };
    let taken = decide(&none, &staff("wang.min"), context).unwrap_err();
    assert_eq!(taken.code, "accounts.login-taken");
    assert_eq!(
        refused(&after(&[staff("wang.min")]), &staff("wang.min")),
        "accounts.exists"
    );
}

#[test]
fn nobody_changes_their_own_rights() {
    let account = after(&[staff("wang.min")]);
    let oneself = admin(7, "310117");
    for command in [give(1, Role::Auditor, "310117/310117001"), Command::Close] {
        assert_eq!(
            ask(&account, &oneself, &command),
            Err("accounts.own-account".to_owned())
        );
    }
}

#[test]
fn the_three_administrators_hold_no_other_post() {
    use Role::{AuditAdmin, CommitteeWorker, SecurityAdmin, StreetOfficer, SystemAdmin};
    let area = "310117/310117001";
    for (first, second) in [
        (CommitteeWorker, SystemAdmin),
        (SecurityAdmin, CommitteeWorker),
        (SystemAdmin, AuditAdmin),
    ] {
        let account = after(&[staff("wang.min"), give(1, first, area)]);
        assert_eq!(
            refused(&account, &give(2, second, area)),
            "accounts.duties-apart"
        );
    }
    let worker = after(&[staff("wang.min"), give(1, CommitteeWorker, area)]);
    assert!(ask(&worker, &admin(1, "310117"), &give(2, StreetOfficer, area)).is_ok());
    let ended = after(&[
        staff("wang.min"),
        Command::GivePost {
            post: post(1, CommitteeWorker, area),
            from: date(2026, 1, 1),
            to: Some(date(2026, 11, 22)),
        },
    ]);
    assert!(ask(&ended, &admin(1, "310117"), &give(2, SystemAdmin, area)).is_ok());
}

#[test]
fn a_post_given_outside_the_administrators_area_is_refused() {
    let account = after(&[staff("wang.min")]);
    let street = admin(1, "310117/310117001");
    let wider = give(1, Role::DistrictOfficer, "310117");
    assert_eq!(ask(&account, &street, &wider), Err("gate.area".to_owned()));
}

#[test]
fn residents_hold_no_posts_and_no_post_is_a_residents() {
    let resident = after(&[Command::Open {
        area: path("310117/310117001/310117001001"),
        holder: Holder::Resident {
            resident: ResidentId(Uuid::from_u128(5)),
        },
    }]);
    let area = "310117/310117001";
    assert_eq!(
        refused(&resident, &give(1, Role::CommitteeWorker, area)),
        "accounts.resident-holds-no-post"
    );
    assert_eq!(
        refused(&after(&[staff("wang.min")]), &give(1, Role::Resident, area)),
        "accounts.role-is-no-post"
    );
}

#[test]
fn a_post_holds_from_its_first_day_to_its_last() {
    let command = Command::GivePost {
        post: post(1, Role::CommitteeWorker, "310117/310117001"),
        from: date(2026, 11, 20),
        to: Some(date(2026, 11, 30)),
    };
    let account = after(&[staff("wang.min"), command]);
    let days = |account: &Account| {
        (19..=31)
            .filter_map(|day| Date::new(2026, 11, day).ok())
            .filter(|day| account.posts[0].holds_on(*day))
            .count()
    };
    assert_eq!(days(&account), 11);
    let end = Command::EndPost {
        post: account.posts[0].post.id,
    };
    let mut ended = account.clone();
    for event in ask(&account, &admin(1, "310117"), &end).unwrap() {
        ended.apply(None, &event);
    }
    assert_eq!(days(&ended), 4, "today is the last day");
    assert_eq!(refused(&ended, &end), "accounts.no-such-post");
    let reversed = Command::GivePost {
        post: post(2, Role::GridWorker, "310117/310117001"),
        from: TODAY,
        to: Some(date(2026, 11, 1)),
    };
    assert_eq!(refused(&account, &reversed), "accounts.days-reversed");
}

#[test]
fn a_token_acts_in_a_post_that_holds() {
    let account = after(&[
        staff("wang.min"),
        give(1, Role::CommitteeWorker, "310117/310117001"),
    ]);
    assert!(ask(&account, &admin(1, "310117"), &token(1, Some(1))).is_ok());
    assert_eq!(refused(&account, &token(1, None)), "accounts.no-such-post");
    assert_eq!(
        refused(&account, &token(1, Some(2))),
        "accounts.no-such-post"
    );
    let mut issued = account;
    for event in ask(&issued, &Actor::system(), &token(1, Some(1))).unwrap() {
        issued.apply(None, &event);
    }
    let revoke = Command::RevokeToken {
        token: Uuid::from_u128(1),
    };
    let event = &ask(&issued, &admin(1, "310117"), &revoke).unwrap()[0];
    issued.apply(None, event);
    assert_eq!(refused(&issued, &revoke), "accounts.no-such-token");
}

#[test]
fn a_closed_account_ends_everything_and_takes_no_command() {
    let account = after(&[
        staff("wang.min"),
        give(1, Role::CommitteeWorker, "310117/310117001"),
        token(1, Some(1)),
        Command::Close,
    ]);
    assert!(account.closed && account.tokens[0].revoked);
    assert_eq!(account.posts[0].to, Some(TODAY));
    for command in [
        give(2, Role::Auditor, "310117/310117001"),
        token(2, Some(1)),
        Command::Close,
    ] {
        assert_eq!(refused(&account, &command), "accounts.not-open");
    }
}

#[test]
fn every_event_has_a_golden_file_and_every_golden_file_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/accounts");
    let mut account = Account::default();
    let commands = [
        opened_as(Some(ResidentId(Uuid::from_u128(8)))),
        Command::NamePerson { resident: None },
        give(1, Role::CommitteeWorker, "310117/310117001"),
        token(3, Some(1)),
        Command::RevokeToken {
            token: Uuid::from_u128(3),
        },
        Command::EndPost {
            post: PostId(Uuid::from_u128(1)),
        },
        Command::ResetCredential {
            credential: Credential::SecondFactor,
        },
        Command::Close,
    ];
    for command in commands {
        for event in ask(&account, &Actor::system(), &command).unwrap() {
            let today = Golden {
                kind: event.kind(),
                open: event.open().unwrap(),
                sealed: Vec::new(),
            };
            golden::check(&folder, &today).unwrap();
            account.apply(None, &event);
        }
    }
    let all = golden::all(&folder).unwrap();
    assert_eq!(all.len(), 9, "each version ever written");
    for golden in all {
        let event = Event::read(&golden.kind, &golden.open).unwrap();
        assert_eq!(event.open().unwrap(), golden.open);
    }
}

#[test]
fn staff_are_named_as_residents_and_residents_are_not_renamed() {
    let someone = Some(ResidentId(Uuid::from_u128(8)));
    let name = Command::NamePerson { resident: someone };
    let account = after(&[staff("wang.min"), name.clone()]);
    assert_eq!(account.person(), someone);
    assert_eq!(after(&[opened_as(someone)]).person(), someone);
    assert_eq!(refused(&account, &name), "accounts.person-unchanged");
    let taken_back = after(&[opened_as(someone), Command::NamePerson { resident: None }]);
    assert_eq!(taken_back.person(), None);
    let own = Command::Open {
        area: path("310117/310117001"),
        holder: Holder::Resident {
            resident: ResidentId(Uuid::from_u128(9)),
        },
    };
    assert_eq!(refused(&after(&[own]), &name), "accounts.not-staff");
    let context = Context {
        today: TODAY,
        actor: &Actor::system(),
        login_taken: false,
        resident_unknown: true,
    };
    for (account, command) in [
        (Account::default(), opened_as(someone)),
        (after(&[staff("wang.min")]), name),
    ] {
        let no = decide(&account, &command, context).unwrap_err();
        assert_eq!(no.code, "accounts.resident-unknown");
    }
    assert!(decide(&Account::default(), &opened_as(None), context).is_ok());
}

#[test]
fn nobody_says_themselves_who_they_are() {
    let name = Command::NamePerson {
        resident: Some(ResidentId(Uuid::from_u128(8))),
    };
    let account = after(&[staff("wang.min")]);
    assert_eq!(
        ask(&account, &admin(7, "310117"), &name),
        Err("accounts.own-account".to_owned())
    );
}

#[test]
fn a_credential_is_reset_by_another_administrator_of_the_area_alone() {
    let reset = Command::ResetCredential {
        credential: Credential::Password,
    };
    let account = after(&[staff("wang.min")]);
    assert!(ask(&account, &admin(1, "310117"), &reset).is_ok());
    assert_eq!(
        ask(&account, &admin(7, "310117"), &reset),
        Err("accounts.own-account".to_owned())
    );
    for (role, area) in [
        (Role::SecurityAdmin, "310117/310117002"),
        (Role::SystemAdmin, "310117"),
        (Role::AuditAdmin, "310117"),
        (Role::DistrictOfficer, "310117"),
    ] {
        let other = Actor::in_post(AccountId(Uuid::from_u128(1)), post(99, role, area));
        assert!(ask(&account, &other, &reset).is_err(), "{role:?} of {area}");
    }
    let resident = Command::Open {
        area: path("310117/310117001"),
        holder: Holder::Resident {
            resident: ResidentId(Uuid::from_u128(9)),
        },
    };
    let no = refused(&after(&[resident]), &reset);
    assert_eq!(no, "accounts.resident-has-no-credential");
}
