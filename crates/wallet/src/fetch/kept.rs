//! Answers kept in memory for as long as their hosts allow: a cache of one person (RFC 9111).
//!
//! Nothing is guessed: an answer is good for as long as its host says, and no longer. One that names a validator is
//! kept beyond that, so that its host need only confirm it. What a request sends beside its address never differs for
//! the same `Accept`, so that of `Vary` only `*` matters.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{
    AGE, CACHE_CONTROL, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, PRAGMA, VARY,
};

use super::Response;
use super::header::instant;

/// Answers kept, at most.
const MAX_ANSWERS: usize = 512;
/// Their bytes in all, at most.
const MAX_BYTES: usize = 32 << 20;
/// The longest validator that is sent back, in bytes.
const MAX_VALIDATOR: usize = 512;

/// URL and `Accept`: the same address may answer either differently.
pub(super) type Key = (String, &'static str);

/// The answers that are kept.
#[derive(Default)]
pub(super) struct Kept {
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    by_key: HashMap<Key, Answer>,
    bytes: usize,
    /// Counts uses: what was used longest ago goes first.
    uses: u64,
}

struct Answer {
    terms: Terms,
    response: Response,
    /// When its host gave or confirmed it.
    confirmed: Timestamp,
    used: u64,
}

/// What is known of a request before it is sent.
pub(super) enum Before {
    /// This answer, which its host still stands by.
    Answered(Response),
    /// Ask, with these headers besides: whether the answer that is kept still holds, or nothing.
    Ask(HeaderMap),
}

impl Kept {
    /// What is known of a request; with `anew`, its host is asked in any case.
    pub(super) fn before(&self, key: &Key, anew: bool, now: Timestamp) -> Before {
        let mut answers = self.lock();
        answers.uses += 1;
        let uses = answers.uses;
        let Some(answer) = answers.by_key.get_mut(key) else { return Before::Ask(HeaderMap::new()) };
        answer.used = uses;
        if !anew && answer.terms.are_fresh(elapsed(answer.confirmed, now)) {
            return Before::Answered(answer.at(now));
        }
        Before::Ask(answer.terms.conditions())
    }

    /// The kept answer that its host confirmed (HTTP 304) with `headers`; `None` where none is kept, or another.
    pub(super) fn confirmed(&self, key: &Key, headers: &HeaderMap, now: Timestamp) -> Option<Response> {
        let mut answers = self.lock();
        let answer = answers.by_key.get_mut(key)?;
        if answer.terms.confirm(headers, now) {
            answer.confirmed = now;
            return Some(answer.at(now));
        }
        answers.forget(key);
        None
    }

    /// Keeps `response` as its `headers` allow, in place of what was kept.
    pub(super) fn keep(&self, key: Key, headers: &HeaderMap, response: &Response, now: Timestamp) {
        let mut answers = self.lock();
        answers.forget(&key);
        let fits = response.status == 200 && response.bytes.len() <= MAX_BYTES / 4;
        let Some(terms) = Terms::of(headers, now).filter(|_| fits) else { return };
        answers.uses += 1;
        answers.bytes += response.bytes.len();
        let answer = Answer { terms, response: response.clone(), confirmed: now, used: answers.uses };
        answers.by_key.insert(key, answer);
        answers.make_room();
    }

    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answers {
    fn forget(&mut self, key: &Key) {
        if let Some(answer) = self.by_key.remove(key) {
            self.bytes -= answer.response.bytes.len();
        }
    }

    fn make_room(&mut self) {
        while self.by_key.len() > MAX_ANSWERS || self.bytes > MAX_BYTES {
            let oldest = self.by_key.iter().min_by_key(|(_, answer)| answer.used).map(|(key, _)| key.clone());
            match oldest {
                Some(key) => self.forget(&key),
                None => return,
            }
        }
    }
}

impl Answer {
    fn at(&self, now: Timestamp) -> Response {
        Response { age: elapsed(self.confirmed, now), ..self.response.clone() }
    }
}

/// On what terms a host lets its answer be used again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Terms {
    /// How long it is fresh.
    lifetime: Duration,
    /// How old it was when it came (RFC 9111, section 4.2.3).
    age: Duration,
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
}

impl Terms {
    /// The terms that `headers` set; `None` where the answer may not be kept, or keeping it would serve nothing.
    fn of(headers: &HeaderMap, now: Timestamp) -> Option<Self> {
        let control = Control::of(headers);
        let varies = values(headers, &VARY).any(|value| value.split(',').any(|name| name.trim() == "*"));
        if control.no_store || varies {
            return None;
        }
        let date = values(headers, &DATE).next().and_then(instant).unwrap_or(now);
        let age = values(headers, &AGE).next().and_then(|age| age.trim().parse().ok()).unwrap_or(0);
        let validator = |name| headers.get(name).filter(|value| value.len() <= MAX_VALIDATOR).cloned();
        let terms = Self {
            lifetime: lifetime(headers, &control, date),
            age: Duration::from_secs(age).max(elapsed(date, now)),
            etag: validator(ETAG),
            last_modified: validator(LAST_MODIFIED),
        };
        let useful = terms.are_fresh(Duration::ZERO) || terms.etag.is_some() || terms.last_modified.is_some();
        useful.then_some(terms)
    }

    /// Whether the answer is still fresh, `kept` after it came.
    fn are_fresh(&self, kept: Duration) -> bool {
        self.lifetime > self.age.saturating_add(kept)
    }

    /// What asks a host whether the answer still holds.
    fn conditions(&self) -> HeaderMap {
        let mut conditions = HeaderMap::new();
        for (name, value) in [(IF_NONE_MATCH, &self.etag), (IF_MODIFIED_SINCE, &self.last_modified)] {
            if let Some(value) = value {
                conditions.insert(name, value.clone());
            }
        }
        conditions
    }

    /// Takes over what the confirmation says; false where it confirms another answer than this.
    fn confirm(&mut self, headers: &HeaderMap, now: Timestamp) -> bool {
        let weak =
            |value: &HeaderValue| value.to_str().map(|tag| tag.trim_start_matches("W/").to_owned()).ok();
        if let (Some(told), Some(kept)) = (headers.get(ETAG), &self.etag)
            && weak(told) != weak(kept)
        {
            return false;
        }
        let says = [CACHE_CONTROL, EXPIRES, PRAGMA].iter().any(|name| headers.contains_key(name));
        match Self::of(headers, now) {
            Some(terms) if says => (self.lifetime, self.age) = (terms.lifetime, terms.age),
            None if says => self.lifetime = Duration::ZERO,
            // The terms of the answer itself hold on, from now.
            _ => self.age = Duration::ZERO,
        }
        true
    }
}

/// How long an answer is fresh (RFC 9111, section 4.2.1).
fn lifetime(headers: &HeaderMap, control: &Control, date: Timestamp) -> Duration {
    if control.no_cache {
        return Duration::ZERO;
    }
    if let Some(max_age) = control.max_age {
        return max_age;
    }
    // What is no date has expired.
    values(headers, &EXPIRES)
        .next()
        .and_then(instant)
        .map(|expires| elapsed(date, expires))
        .unwrap_or_default()
}

/// The directives of `Cache-Control` that matter to a cache of one person (RFC 9111, section 5.2.2).
#[derive(Default)]
struct Control {
    no_store: bool,
    no_cache: bool,
    max_age: Option<Duration>,
}

impl Control {
    fn of(headers: &HeaderMap) -> Self {
        let mut control = Self::default();
        for directive in values(headers, &CACHE_CONTROL).flat_map(|value| value.split(',')) {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-store" => control.no_store = true,
                // With field names, it would hold for these fields alone: it is taken for all.
                "no-cache" => control.no_cache = true,
                "max-age" => {
                    // What cannot be read is stale; of two, the shorter counts.
                    let seconds = value.trim().trim_matches('"').parse().unwrap_or(0);
                    let told = Duration::from_secs(seconds);
                    control.max_age = Some(control.max_age.map_or(told, |before| before.min(told)));
                }
                _ => {}
            }
        }
        let old = values(headers, &PRAGMA).any(|value| value.to_ascii_lowercase().contains("no-cache"));
        control.no_cache |= old && !headers.contains_key(CACHE_CONTROL);
        control
    }
}

fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

/// From `then` to `now`; nothing where that is before.
fn elapsed(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-23T12:00:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn later(seconds: i64) -> Timestamp {
        now() + jiff::SignedDuration::from_secs(seconds)
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn key(url: &str) -> Key {
        (url.to_owned(), "application/json")
    }

    fn response(bytes: usize) -> Response {
        Response { status: 200, bytes: vec![b' '; bytes], ..Response::default() }
    }

    /// How long an answer with these headers is used without asking, in seconds; `None` where it is not kept.
    fn fresh_for(lines: &[(&'static str, &str)]) -> Option<u64> {
        let terms = Terms::of(&headers(lines), now())?;
        Some(terms.lifetime.saturating_sub(terms.age).as_secs())
    }

    #[test]
    fn hosts_say_how_long() {
        assert_eq!(fresh_for(&[("cache-control", "max-age=60")]), Some(60));
        assert_eq!(fresh_for(&[("cache-control", "Public, MAX-AGE=\"60\""), ("age", "20")]), Some(40));
        assert_eq!(fresh_for(&[("cache-control", "private, max-age=60")]), Some(60));
        assert_eq!(fresh_for(&[("cache-control", "max-age=60, max-age=5")]), Some(5));
        assert_eq!(fresh_for(&[("expires", "Mon, 23 Nov 2026 12:01:40 GMT")]), Some(100));
        let dated = [("date", "Mon, 23 Nov 2026 11:59:00 GMT"), ("expires", "Mon, 23 Nov 2026 12:01:00 GMT")];
        assert_eq!(fresh_for(&dated), Some(60), "it was a minute on its way");
        // max-age wins over Expires.
        assert_eq!(
            fresh_for(&[("cache-control", "max-age=9"), ("expires", "0"), ("etag", "\"a\"")]),
            Some(9)
        );
    }

    #[test]
    fn what_may_not_be_kept_is_not() {
        for lines in [
            &[("cache-control", "no-store, max-age=60"), ("etag", "\"a\"")][..],
            &[("cache-control", "max-age=60"), ("vary", "accept, *")],
            &[("cache-control", "max-age=0")],
            &[("cache-control", "max-age=soon")],
            &[("cache-control", "no-cache")],
            &[("expires", "0")],
            &[("expires", "Mon, 23 Nov 2026 11:59:00 GMT")],
            &[("cache-control", "max-age=60"), ("age", "18446744073709551615")],
            &[("cache-control", "max-age=60"), ("date", "Sun, 22 Nov 2026 12:00:00 GMT")],
            &[],
        ] {
            assert_eq!(fresh_for(lines), None, "{lines:?}");
        }
        // To be confirmed each time.
        assert_eq!(fresh_for(&[("cache-control", "no-cache, max-age=60"), ("etag", "\"a\"")]), Some(0));
        assert_eq!(fresh_for(&[("pragma", "no-cache"), ("last-modified", "yesterday")]), Some(0));
        let endless = [("cache-control", "max-age=18446744073709551615"), ("age", "1")];
        assert!(fresh_for(&endless).is_some_and(|seconds| seconds > 1 << 40));
    }

    #[test]
    fn an_answer_is_used_while_it_is_fresh_and_confirmed_after() {
        let kept = Kept::default();
        let lines = headers(&[("cache-control", "max-age=60"), ("etag", "\"a\"")]);
        kept.keep(key("u"), &lines, &response(3), now());
        match kept.before(&key("u"), false, later(59)) {
            Before::Answered(answer) => assert_eq!((answer.age.as_secs(), answer.bytes.len()), (59, 3)),
            Before::Ask(_) => panic!("it was fresh"),
        }
        for (anew, when) in [(true, 1), (false, 60)] {
            let Before::Ask(asks) = kept.before(&key("u"), anew, later(when)) else { panic!("asked") };
            assert_eq!(asks.get(IF_NONE_MATCH).unwrap(), "\"a\"");
        }
        assert!(
            matches!(kept.before(&("u".to_owned(), "text/html"), false, now()), Before::Ask(asks) if asks.is_empty())
        );
        // The host confirms it: it is good for another minute.
        let confirmed = kept.confirmed(&key("u"), &headers(&[("etag", "W/\"a\"")]), later(100)).unwrap();
        assert_eq!((confirmed.age, confirmed.bytes.len()), (Duration::ZERO, 3));
        assert!(matches!(kept.before(&key("u"), false, later(159)), Before::Answered(_)));
        // It confirms something else: what is kept is nothing any more.
        assert!(kept.confirmed(&key("u"), &headers(&[("etag", "\"b\"")]), later(170)).is_none());
        assert!(matches!(kept.before(&key("u"), false, later(171)), Before::Ask(asks) if asks.is_empty()));
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_least_used_goes() {
        let kept = Kept::default();
        let lines = headers(&[("cache-control", "max-age=60")]);
        for number in 0..=MAX_ANSWERS {
            kept.keep(key(&number.to_string()), &lines, &response(1), now());
            let _ = kept.before(&key("0"), false, now());
        }
        assert!(matches!(kept.before(&key("0"), false, now()), Before::Answered(_)));
        assert!(matches!(kept.before(&key("1"), false, now()), Before::Ask(_)));
        for number in 0..8 {
            kept.keep(key(&format!("large {number}")), &lines, &response(MAX_BYTES / 4), now());
        }
        let answers = kept.lock();
        assert!(answers.bytes <= MAX_BYTES && answers.by_key.len() <= MAX_ANSWERS);
        assert_eq!(
            answers.bytes,
            answers.by_key.values().map(|answer| answer.response.bytes.len()).sum::<usize>()
        );
        drop(answers);
        kept.keep(key("too large"), &lines, &response(MAX_BYTES / 4 + 1), now());
        assert!(matches!(kept.before(&key("too large"), false, now()), Before::Ask(_)));
    }
}
