//! Repeatable chance.

/// A small generator of numbers (SplitMix64): the same seed gives the same run.
pub struct Chance(u64);

impl Chance {
    /// From `LAPEL_CRASH_SEED`, or always the same. What is used is printed, so that a failure can be run again.
    pub fn of_this_run(purpose: &str) -> Self {
        let seed = number("LAPEL_CRASH_SEED", 20_261_123);
        println!("{purpose}: LAPEL_CRASH_SEED={seed}");
        Self(seed)
    }

    /// A number below `end` (0 where `end` is 0).
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        usize::try_from(bits % u64::try_from(end.max(1)).unwrap_or(u64::MAX)).unwrap_or(0)
    }

    /// True `parts` times of `of`.
    pub fn happens(&mut self, parts: usize, of: usize) -> bool {
        self.below(of) < parts
    }
}

/// The number in the environment variable `name`, or `default`.
pub fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}
