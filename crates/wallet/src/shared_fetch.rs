//! How one import fetches: each URL once however many badges need it, politely, and within a budget. A host that
//! hangs or refuses costs the badges that need it, not the import.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore};
use tokio::time::{Instant, sleep};

use crate::fetch::{Fetch, FetchError, Pending, Request, Response};

/// Answers held, at most; the oldest go first.
const MAX_ANSWERS: usize = 512;
/// Their bytes in all, at most.
const MAX_BYTES: usize = 32 << 20;
/// How often one request waits for a busy host.
const MAX_WAITS: u32 = 2;
/// How long a host is left alone that is asked too much (HTTP 429) and does not say for how long.
const UNSAID_WAIT: Duration = Duration::from_secs(2);

/// What an import may ask of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manners {
    /// Requests in all.
    pub fetches: usize,
    /// Requests to one host at once.
    pub at_once: usize,
    /// Failures in a row after which a host is left alone.
    pub failures: u32,
    /// A request that is given up after this long counts as a failure of its host.
    pub hung: Duration,
    /// The longest that a host's wish to be left alone is waited for.
    pub wait: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            fetches: 20_000,
            at_once: 2,
            failures: 3,
            hung: Duration::from_secs(5),
            wait: Duration::from_secs(10),
        }
    }
}

/// Fetches through another, and remembers for as long as it lives: one import.
pub(crate) struct SharedFetch {
    inner: Arc<dyn Fetch>,
    manners: Manners,
    answers: Mutex<Answers>,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    fetches: AtomicUsize,
}

type Key = (String, &'static str);
type Slot = Arc<OnceCell<(Result<Response, FetchError>, Instant)>>;

#[derive(Default)]
struct Answers {
    slots: HashMap<Key, Slot>,
    /// The answers that came, oldest first, with their bytes.
    held: VecDeque<(Key, usize)>,
    bytes: usize,
}

impl SharedFetch {
    pub(crate) fn new(inner: Arc<dyn Fetch>) -> Self {
        Self::with(inner, Manners::default())
    }

    pub(crate) fn with(inner: Arc<dyn Fetch>, manners: Manners) -> Self {
        let (answers, hosts) = (Mutex::default(), Mutex::default());
        Self { inner, manners, answers, hosts, fetches: AtomicUsize::new(0) }
    }

    async fn once(&self, request: &Request) -> Result<Response, FetchError> {
        let key = (request.url.to_string(), request.purpose.accept());
        let slot = Arc::clone(hold(&self.answers).slots.entry(key.clone()).or_default());
        let mut came = false;
        let (answer, at) = slot
            .get_or_init(async || {
                came = true;
                (self.ask(request).await, Instant::now())
            })
            .await;
        if came {
            hold(&self.answers).hold(key, answer.as_ref().map_or(0, |response| response.bytes.len()));
        }
        answer.clone().map(|response| Response { age: response.age + at.elapsed(), ..response })
    }

    /// Asks the host, when it is its turn.
    async fn ask(&self, request: &Request) -> Result<Response, FetchError> {
        let name = request.url.host_str().unwrap_or_default();
        let host = self.host(name);
        // It is never closed: an error would only mean that nobody has to wait.
        let _turn = host.turns.acquire().await;
        for waits in 0.. {
            host.ready(name, &self.manners).await?;
            if self.fetches.fetch_add(1, Ordering::Relaxed) >= self.manners.fetches {
                return Err(FetchError::Budget { max: self.manners.fetches });
            }
            let attempt = Attempt { host: &host, name, begun: Instant::now(), hung: self.manners.hung };
            let answer = self.inner.fetch(request).await;
            attempt.end(&answer);
            match answer.as_ref().ok().and_then(wish) {
                Some(wish) => {
                    host.leave_alone_for(wish);
                    if wish > self.manners.wait || waits >= MAX_WAITS {
                        return answer;
                    }
                }
                None => return answer,
            }
        }
        Err(FetchError::Budget { max: self.manners.fetches })
    }

    fn host(&self, name: &str) -> Arc<Host> {
        let mut hosts = hold(&self.hosts);
        let new = || Arc::new(Host { turns: Semaphore::new(self.manners.at_once), health: Mutex::default() });
        Arc::clone(hosts.entry(name.to_owned()).or_insert_with(new))
    }
}

impl Fetch for SharedFetch {
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a> {
        Box::pin(self.once(request))
    }
}

impl Answers {
    fn hold(&mut self, key: Key, bytes: usize) {
        self.held.push_back((key, bytes));
        self.bytes += bytes;
        while self.held.len() > MAX_ANSWERS || self.bytes > MAX_BYTES {
            let Some((oldest, bytes)) = self.held.pop_front() else { return };
            self.slots.remove(&oldest);
            self.bytes -= bytes;
        }
    }
}

/// How long the host of `response` wants to be left alone, if it does.
fn wish(response: &Response) -> Option<Duration> {
    match response.status {
        429 => Some(response.retry_after.unwrap_or(UNSAID_WAIT)),
        503 => response.retry_after,
        _ => None,
    }
}

/// What this import knows of a host.
struct Host {
    turns: Semaphore,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    /// Failures since it last answered.
    failures: u32,
    alone_until: Option<Instant>,
}

impl Host {
    /// Waits until the host may be asked; an error where it may not be, or not soon.
    async fn ready(&self, name: &str, manners: &Manners) -> Result<(), FetchError> {
        let left = {
            let health = hold(&self.health);
            if health.failures >= manners.failures {
                return Err(FetchError::LeftAlone { host: name.to_owned(), times: health.failures });
            }
            health.alone_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
        };
        if left > manners.wait {
            return Err(FetchError::Busy { host: name.to_owned(), seconds: left.as_secs() });
        }
        if !left.is_zero() {
            sleep(left).await;
        }
        Ok(())
    }

    fn leave_alone_for(&self, wish: Duration) {
        // What is further away than clocks go is as good as for ever.
        const FOR_EVER: Duration = Duration::from_hours(24 * 365);
        hold(&self.health).alone_until = Some(Instant::now() + wish.min(FOR_EVER));
    }
}

/// A request on its way. One that is dropped was given up by whoever waited for it.
struct Attempt<'a> {
    host: &'a Host,
    name: &'a str,
    begun: Instant,
    hung: Duration,
}

impl Attempt<'_> {
    fn end(self, answer: &Result<Response, FetchError>) {
        // Where it redirected to another host, and that one failed, it did answer.
        let failed = match answer {
            Err(
                FetchError::Timeout { host, .. }
                | FetchError::Connect { host, .. }
                | FetchError::NotFound { host, .. },
            ) => host == self.name,
            _ => false,
        };
        let mut health = hold(&self.host.health);
        health.failures = if failed { health.failures + 1 } else { 0 };
        drop(health);
        std::mem::forget(self);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.begun.elapsed() >= self.hung {
            hold(&self.host.health).failures += 1;
        }
    }
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use url::Url;

    use super::*;
    use crate::fetch::Purpose;

    /// Answers each URL in the way that its path says, and counts.
    #[derive(Default)]
    struct Hosts {
        asked: AtomicUsize,
        at_once: AtomicUsize,
        most_at_once: AtomicUsize,
        calm: AtomicBool,
    }

    impl Hosts {
        fn asked(&self) -> usize {
            self.asked.load(Ordering::Relaxed)
        }

        async fn answer(&self, request: &Request) -> Result<Response, FetchError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let now = self.at_once.fetch_add(1, Ordering::Relaxed) + 1;
            self.most_at_once.fetch_max(now, Ordering::Relaxed);
            let host = request.url.host_str().unwrap_or_default().to_owned();
            let answer = match request.url.path().split('/').nth(1).unwrap_or_default() {
                "hung" => {
                    sleep(Duration::from_secs(15)).await;
                    Err(FetchError::Timeout { host, seconds: 15 })
                }
                "leads-to-down" => {
                    Err(FetchError::Connect { host: "down.example".to_owned(), detail: "refused".to_owned() })
                }
                "down" => Err(FetchError::Connect { host, detail: "refused".to_owned() }),
                "busy" if !self.calm.swap(true, Ordering::Relaxed) => Ok(Response {
                    status: 429,
                    retry_after: Some(Duration::from_secs(3)),
                    ..Response::default()
                }),
                "closed" => {
                    let retry_after = Some(Duration::from_hours(1));
                    Ok(Response { status: 503, retry_after, ..Response::default() })
                }
                "always-busy" => Ok(Response { status: 429, ..Response::default() }),
                _ => {
                    sleep(Duration::from_millis(100)).await;
                    Ok(Response { status: 200, bytes: vec![b' '; 1 << 20], ..Response::default() })
                }
            };
            self.at_once.fetch_sub(1, Ordering::Relaxed);
            answer
        }
    }

    impl Fetch for Hosts {
        fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a> {
            Box::pin(self.answer(request))
        }
    }

    fn shared(manners: Manners) -> (Arc<Hosts>, Arc<SharedFetch>) {
        let hosts = Arc::new(Hosts::default());
        let inner: Arc<dyn Fetch> = Arc::clone(&hosts) as _;
        (hosts, Arc::new(SharedFetch::with(inner, manners)))
    }

    async fn get(shared: &SharedFetch, url: &str) -> Result<Response, FetchError> {
        let request = Request { url: Url::parse(url).unwrap(), purpose: Purpose::Document };
        shared.fetch(&request).await
    }

    #[tokio::test(start_paused = true)]
    async fn each_url_is_asked_once_and_a_host_by_two_at_once() {
        let (hosts, shared) = shared(Manners::default());
        let mut all = tokio::task::JoinSet::new();
        for number in 0..40 {
            let shared = Arc::clone(&shared);
            all.spawn(async move { get(&shared, &format!("https://a.example/{}", number % 10)).await });
        }
        assert!(all.join_all().await.into_iter().all(|answer| answer.is_ok()));
        assert_eq!((hosts.asked(), hosts.most_at_once.load(Ordering::Relaxed)), (10, 2));
        tokio::time::advance(Duration::from_secs(7)).await;
        assert!(get(&shared, "https://a.example/1").await.unwrap().age >= Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_held_is_bounded() {
        let (hosts, shared) = shared(Manners::default());
        for number in 0..40 {
            get(&shared, &format!("https://a.example/{number}")).await.unwrap();
        }
        assert!(hold(&shared.answers).bytes <= MAX_BYTES && hold(&shared.answers).slots.len() <= 32);
        get(&shared, "https://a.example/39").await.unwrap();
        assert_eq!(hosts.asked(), 40);
        get(&shared, "https://a.example/0").await.unwrap();
        assert_eq!(hosts.asked(), 41, "the oldest was let go");
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_is_down_is_left_alone() {
        let (hosts, shared) = shared(Manners::default());
        for number in 0..10 {
            let error = get(&shared, &format!("https://a.example/down/{number}")).await.unwrap_err();
            let left_alone = matches!(error, FetchError::LeftAlone { times: 3, .. });
            assert_eq!(left_alone, number >= 3, "{error}");
        }
        assert_eq!(hosts.asked(), 3);
        assert!(get(&shared, "https://b.example/ok").await.is_ok(), "another host is asked");
    }

    #[tokio::test(start_paused = true)]
    async fn a_redirector_is_not_to_blame_for_where_it_leads() {
        let (_, shared) = shared(Manners::default());
        for number in 0..10 {
            let error = get(&shared, &format!("https://a.example/leads-to-down/{number}")).await.unwrap_err();
            assert_eq!(error.code(), "fetch.unreachable");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_answer_makes_up_for_failures() {
        let (hosts, shared) = shared(Manners::default());
        for number in 0..10 {
            let _ = get(&shared, &format!("https://a.example/down/{number}")).await;
            assert!(get(&shared, &format!("https://a.example/ok/{number}")).await.is_ok());
        }
        assert_eq!(hosts.asked(), 20);
    }

    /// Whoever waits for a hung host gives up before the host does: that must count, or each badge would wait.
    #[tokio::test(start_paused = true)]
    async fn a_hung_host_costs_a_few_waits_and_no_more() {
        let (hosts, shared) = shared(Manners::default());
        let begun = Instant::now();
        for number in 0..100 {
            let url = format!("https://a.example/hung/{number}");
            let _ = tokio::time::timeout(Duration::from_secs(12), get(&shared, &url)).await;
        }
        assert_eq!(hosts.asked(), 3);
        assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
        // What is given up at once says nothing about the host.
        for number in 0..10 {
            let url = format!("https://b.example/hung/{number}");
            let _ = tokio::time::timeout(Duration::from_secs(1), get(&shared, &url)).await;
        }
        assert_eq!(hosts.asked(), 13);
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_host_is_waited_for_but_not_for_long() {
        let (hosts, shared) = shared(Manners::default());
        let begun = Instant::now();
        assert_eq!(get(&shared, "https://a.example/busy").await.unwrap().status, 200);
        assert!(begun.elapsed() >= Duration::from_secs(3) && hosts.asked() == 2);

        assert_eq!(get(&shared, "https://b.example/closed").await.unwrap().status, 503);
        let error = get(&shared, "https://b.example/other").await.unwrap_err();
        assert!(matches!(error, FetchError::Busy { seconds: 3590..=3600, .. }), "{error}");
        assert_eq!(hosts.asked(), 3);

        assert_eq!(get(&shared, "https://c.example/always-busy").await.unwrap().status, 429);
        assert_eq!(hosts.asked(), 6);
    }

    #[tokio::test(start_paused = true)]
    async fn an_import_has_a_budget() {
        let (hosts, shared) = shared(Manners { fetches: 5, ..Manners::default() });
        for number in 0..5 {
            assert!(get(&shared, &format!("https://a.example/{number}")).await.is_ok());
        }
        assert_eq!(get(&shared, "https://a.example/5").await, Err(FetchError::Budget { max: 5 }));
        assert!(get(&shared, "https://a.example/1").await.is_ok(), "what is here costs nothing");
        assert_eq!(hosts.asked(), 5);
    }
}
