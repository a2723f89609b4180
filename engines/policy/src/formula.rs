//! Reads a formula: `if hukou = 'local' then bands(allowance, age(birth_date)) else 0 yuan`.
//!
//! A small recursive descent over tokens; nesting is bounded, so no input exhausts the stack. The
//! grammar is in `docs/language.md`, section 6.

use crate::ast::{Call, Expr, Kind, Pair};
use crate::day;
use crate::finding::{Span, Told, Word, told};

/// How deep parentheses, choices and calls may nest.
const DEEPEST: usize = 32;

/// How many parts may hang on each other, as in a long sum: what reads them must not exhaust its
/// stack.
const LAYERS: usize = 64;

/// How many words and signs a formula may have.
const LONGEST: usize = 400;

/// Why a formula cannot be read, and where.
pub(crate) type Unread = (Span, Told);

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(String),
    Date(i64),
    Code(String),
    Word(String),
    Sign(&'static str),
    End,
}

/// Reads `text`, which begins at `start` of its file.
pub(crate) fn read(text: &str, start: Span) -> Result<Expr, Unread> {
    let tokens = tokens(text, start)?;
    let mut parser = Parser {
        tokens,
        next: 0,
        deep: 0,
    };
    let expr = parser.choice()?;
    match parser.token() {
        Token::End if depth(&expr) > LAYERS => {
            let told = told!(
                "一环扣一环的部分超过 {LAYERS} 层：请把其中一些另立为规则",
                "more than {LAYERS} parts hang on each other: give some a rule"
            );
            Err((expr.at, told))
        }
        Token::End => Ok(expr),
        other => {
            let end = Word::of(
                "运算符，或公式到此为止",
                "an operator or the end of the formula",
            );
            Err(parser.unexpected(other, end))
        }
    }
}

fn tokens(text: &str, start: Span) -> Result<Vec<(Token, Span)>, Unread> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = start.plus(text.len() - rest.len());
        if tokens.len() > LONGEST {
            let told = told!(
                "一个公式最多有 {LONGEST} 个词和符号：请把部分内容另立为规则",
                "a formula has at most {LONGEST} words and signs: give parts rules"
            );
            return Err((at, told));
        }
        let Some(first) = rest.chars().next() else {
            tokens.push((Token::End, at));
            return Ok(tokens);
        };
        if first == '#' {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
            continue;
        }
        let (token, length) = token(rest, first).map_err(|told| (at, told))?;
        tokens.push((token, at));
        rest = &rest[length..];
    }
}

/// Signs, longer ones first; the second spelling is what the first means.
const SIGNS: [(&str, &str); 21] = [
    ("<=", "<="),
    (">=", ">="),
    ("!=", "!="),
    ("==", "="),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("×", "*"),
    ("÷", "/"),
    ("（", "("),
    ("）", ")"),
    ("，", ","),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("(", "("),
    (")", ")"),
];

fn token(rest: &str, first: char) -> Result<(Token, usize), Told> {
    if first.is_ascii_digit() {
        return Ok(number_or_date(rest));
    }
    if first.is_alphabetic() || first == '_' {
        let word = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
        let end = rest.find(word).unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches('.');
        return Ok((Token::Word(word.to_owned()), word.len()));
    }
    if first == '\'' {
        let Some(end) = rest[1..].find('\'') else {
            return Err(told!(
                "这个代码缺少结尾的单引号（'）",
                "this code has no closing quote (')"
            ));
        };
        return Ok((Token::Code(rest[1..=end].to_owned()), end + 2));
    }
    if first == ',' {
        return Ok((Token::Sign(","), 1));
    }
    let sign = SIGNS
        .iter()
        .find(|(spelling, _)| rest.starts_with(spelling));
    match sign {
        Some((spelling, sign)) => Ok((Token::Sign(sign), spelling.len())),
        None if first == '"' => Err(told!(
            "代码要写在单引号里：'owner'",
            "write codes in single quotes: 'owner'"
        )),
        None => Err(told!(
            "公式里不能有 `{first}`",
            "`{first}` does not belong in a formula"
        )),
    }
}

fn number_or_date(rest: &str) -> (Token, usize) {
    if let Some(date) = rest.get(..10).and_then(day::parse) {
        return (Token::Date(date), 10);
    }
    let mut end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    if let Some(part) = rest[end..].strip_prefix('.') {
        let digits = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        end += if digits > 0 { digits + 1 } else { 0 };
    }
    (Token::Number(rest[..end].to_owned()), end)
}

struct Parser {
    tokens: Vec<(Token, Span)>,
    next: usize,
    deep: usize,
}

/// The words that stand between parts and so cannot be names.
const RESERVED: [&str; 9] = [
    "if", "then", "else", "and", "or", "not", "in", "where", "yuan",
];

/// What follows a part of a list.
const MORE: Word = Word::of("`,` 或 `)`", "`,` or `)`");

impl Parser {
    fn token(&self) -> Token {
        self.tokens[self.next].0.clone()
    }

    fn at(&self) -> Span {
        self.tokens[self.next].1
    }

    fn take(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(&self.tokens[self.next].0, Token::Sign(one) if *one == sign);
        if found {
            self.take();
        }
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(&self.tokens[self.next].0, Token::Word(one) if one == word);
        if found {
            self.take();
        }
        found
    }

    fn need(&mut self, found: bool, what: Word) -> Result<(), Unread> {
        if found {
            return Ok(());
        }
        let token = self.token();
        Err(self.unexpected(token, what))
    }

    fn unexpected(&self, token: Token, expected: Word) -> Unread {
        let found = match token {
            Token::Number(text) | Token::Word(text) => told!("`{text}`", "`{text}`"),
            Token::Date(date) => told!("`{day}`", "`{day}`", day = day::text(date)),
            Token::Code(code) => told!("`'{code}'`", "`'{code}'`"),
            Token::Sign(sign) => told!("`{sign}`", "`{sign}`"),
            Token::End => told!("公式结尾", "the end of the formula"),
        };
        let told = told!(
            "这里应为：{expected}；遇到的却是：{found}",
            "expected {expected}, found {found}",
            [expected, found]
        );
        (self.at(), told)
    }

    fn choice(&mut self) -> Result<Expr, Unread> {
        self.deep += 1;
        if self.deep > DEEPEST {
            let told = told!(
                "嵌套超过 {DEEPEST} 层：请把其中一部分另立为规则",
                "this is nested more than {DEEPEST} deep: give a part a rule"
            );
            return Err((self.at(), told));
        }
        let at = self.at();
        let expr = if self.word("if") {
            let condition = self.or()?;
            let found = self.word("then");
            self.need(found, Word::same("`then`"))?;
            let yes = self.choice()?;
            let found = self.word("else");
            self.need(found, Word::same("`else`"))?;
            let no = self.choice()?;
            let kind = Kind::If(Box::new(condition), Box::new(yes), Box::new(no));
            Expr { kind, at }
        } else {
            self.or()?
        };
        self.deep -= 1;
        Ok(expr)
    }

    fn or(&mut self) -> Result<Expr, Unread> {
        let mut left = self.and()?;
        while self.word("or") {
            left = pair(Pair::Or, left, self.and()?);
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, Unread> {
        let mut left = self.not()?;
        while self.word("and") {
            left = pair(Pair::And, left, self.not()?);
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expr, Unread> {
        let at = self.at();
        if !self.word("not") {
            return self.compare();
        }
        self.enter()?;
        let kind = Kind::Not(Box::new(self.not()?));
        self.deep -= 1;
        Ok(Expr { kind, at })
    }

    fn enter(&mut self) -> Result<(), Unread> {
        self.deep += 1;
        if self.deep > DEEPEST {
            let told = told!(
                "嵌套超过 {DEEPEST} 层",
                "this is nested more than {DEEPEST} deep"
            );
            return Err((self.at(), told));
        }
        Ok(())
    }

    fn compare(&mut self) -> Result<Expr, Unread> {
        let left = self.sum()?;
        if self.word("in") {
            let open = self.sign("(");
            self.need(open, Word::same("`(`"))?;
            let mut list = vec![self.sum()?];
            while self.sign(",") {
                list.push(self.sum()?);
            }
            let close = self.sign(")");
            self.need(close, MORE)?;
            let at = left.at;
            return Ok(Expr {
                kind: Kind::In(Box::new(left), list),
                at,
            });
        }
        let signs = [
            ("=", Pair::Eq),
            ("!=", Pair::Ne),
            ("<=", Pair::Le),
            (">=", Pair::Ge),
            ("<", Pair::Lt),
            (">", Pair::Gt),
        ];
        for (sign, which) in signs {
            if self.sign(sign) {
                return Ok(pair(which, left, self.sum()?));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Expr, Unread> {
        let mut left = self.product()?;
        loop {
            let which = if self.sign("+") {
                Pair::Add
            } else if self.sign("-") {
                Pair::Sub
            } else {
                return Ok(left);
            };
            left = pair(which, left, self.product()?);
        }
    }

    fn product(&mut self) -> Result<Expr, Unread> {
        let mut left = self.unary()?;
        loop {
            let which = if self.sign("*") {
                Pair::Mul
            } else if self.sign("/") {
                Pair::Div
            } else {
                return Ok(left);
            };
            left = pair(which, left, self.unary()?);
        }
    }

    fn unary(&mut self) -> Result<Expr, Unread> {
        let at = self.at();
        if !self.sign("-") {
            return self.atom();
        }
        self.enter()?;
        let kind = Kind::Neg(Box::new(self.unary()?));
        self.deep -= 1;
        Ok(Expr { kind, at })
    }

    fn atom(&mut self) -> Result<Expr, Unread> {
        let at = self.at();
        let token = self.token();
        let kind = match token {
            Token::Number(digits) => {
                self.take();
                if self.word("yuan") || self.word("元") {
                    Kind::Money(digits)
                } else {
                    Kind::Number(digits)
                }
            }
            Token::Date(date) => {
                self.take();
                Kind::Date(date)
            }
            Token::Code(code) => {
                self.take();
                Kind::Code(code)
            }
            Token::Word(word) if !RESERVED.contains(&word.as_str()) => {
                self.take();
                self.named(word)?
            }
            Token::Sign("(") => {
                self.take();
                let inner = self.choice()?;
                let close = self.sign(")");
                self.need(close, Word::same("`)`"))?;
                return Ok(inner);
            }
            other => {
                let value = Word::of("数值、名称或 `(`", "a value, a name or `(`");
                return Err(self.unexpected(other, value));
            }
        };
        Ok(Expr { kind, at })
    }

    fn named(&mut self, word: String) -> Result<Kind, Unread> {
        if self.sign("(") {
            return Ok(Kind::Call(self.call(word)?));
        }
        Ok(match word.as_str() {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            _ => match word.split_once('.') {
                Some((policy, name)) => Kind::Dotted(policy.to_owned(), name.to_owned()),
                None => Kind::Name(word),
            },
        })
    }

    fn call(&mut self, name: String) -> Result<Call, Unread> {
        let mut call = Call {
            name,
            arguments: Vec::new(),
            counted: None,
            none: None,
        };
        if self.sign(")") {
            return Ok(call);
        }
        call.arguments.push(self.choice()?);
        while self.sign(",") {
            call.arguments.push(self.choice()?);
        }
        if self.word("where") {
            call.counted = Some(Box::new(self.choice()?));
        }
        if self.word("else") {
            call.none = Some(Box::new(self.choice()?));
        }
        let close = self.sign(")");
        self.need(close, MORE)?;
        Ok(call)
    }
}

fn pair(which: Pair, left: Expr, right: Expr) -> Expr {
    let at = left.at;
    Expr {
        kind: Kind::Pair(which, Box::new(left), Box::new(right)),
        at,
    }
}

/// How many parts hang on each other.
fn depth(expr: &Expr) -> usize {
    let deepest = |parts: &[&Expr]| parts.iter().map(|part| depth(part)).max().unwrap_or(0);
    1 + match &expr.kind {
        Kind::Neg(a) | Kind::Not(a) => depth(a),
        Kind::Pair(_, a, b) => deepest(&[a, b]),
        Kind::In(a, list) => list.iter().map(depth).max().unwrap_or(0).max(depth(a)) + list.len(),
        Kind::If(a, b, c) => deepest(&[a, b, c]),
        Kind::Call(call) => {
            let parts = call.arguments.iter().chain(call.counted.as_deref());
            let deepest = parts.chain(call.none.as_deref()).map(depth).max();
            deepest.unwrap_or(0) + call.arguments.len()
        }
        Kind::Number(_)
        | Kind::Money(_)
        | Kind::Date(_)
        | Kind::Code(_)
        | Kind::Bool(_)
        | Kind::Name(_)
        | Kind::Dotted(..) => 0,
    }
}
