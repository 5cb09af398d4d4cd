//! Instruction sets: detected once, one plain body cloned for each.

use std::sync::OnceLock;

/// An instruction set that bodies are cloned for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// What every machine of the target has.
    Baseline,
    /// 256-bit vectors on x86-64.
    Avx2,
}

/// The variable that forces a set: `baseline` or `avx2`.
pub const VARIABLE: &str = "TALLYSTICK_ISA";

/// The set in use: the best this machine has, unless [`VARIABLE`] asks for the baseline.
/// All sets give the same answers, bit for bit; the variable is for tests and measurements.
#[must_use]
pub fn current() -> Isa {
    static CURRENT: OnceLock<Isa> = OnceLock::new();
    *CURRENT.get_or_init(|| {
        let asked = std::env::var(VARIABLE).unwrap_or_default();
        if asked.eq_ignore_ascii_case("baseline") || asked.eq_ignore_ascii_case("scalar") {
            Isa::Baseline
        } else {
            best()
        }
    })
}

#[cfg(target_arch = "x86_64")]
fn best() -> Isa {
    if std::arch::is_x86_feature_detected!("avx2") { Isa::Avx2 } else { Isa::Baseline }
}

#[cfg(not(target_arch = "x86_64"))]
fn best() -> Isa {
    Isa::Baseline
}

/// Defines a function whose body is compiled once for each instruction set and chosen by
/// [`current`] on every call. Tests force a set with [`VARIABLE`].
macro_rules! cloned {
    ($(#[$doc:meta])* $vis:vis fn $name:ident $(<$g:ident: $bound:path>)? ($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$doc])*
        #[inline]
        $vis fn $name $(<$g: $bound>)? ($($arg: $type),*) $(-> $ret)? {
            #[inline(always)]
            #[allow(clippy::inline_always, reason = "the body must be compiled anew in each clone")]
            fn body $(<$g: $bound>)? ($($arg: $type),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2 $(<$g: $bound>)? ($($arg: $type),*) $(-> $ret)? {
                    body($($arg),*)
                }
                if $crate::isa::current() == $crate::isa::Isa::Avx2 {
                    // SAFETY: `Isa::Avx2` is only ever current on a machine that was seen to
                    // have AVX2, the one thing this function asks for.
                    return unsafe { avx2($($arg),*) };
                }
            }
            body($($arg),*)
        }
    };
}
pub(crate) use cloned;
