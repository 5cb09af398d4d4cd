//! Instruction sets: detected once, one plain body cloned for each.
//!
//! A body is ordinary Rust that the compiler turns into vectors of whatever width it is allowed.
//! Another set is one variant here and one clone in [`cloned`]. On aarch64 NEON is part of the
//! baseline, so that the plain bodies use it without a clone.

use std::sync::OnceLock;

/// An instruction set that bodies are cloned for, each including the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// What every machine of the target has.
    Baseline,
    /// 256-bit vectors on x86-64.
    Avx2,
    /// 512-bit vectors on x86-64: F, DQ, BW, VL and CD.
    Avx512,
}

/// The variable that forces a set: `baseline`, `avx2` or `avx512`. One that the machine lacks
/// means the best it has.
pub const VARIABLE: &str = "TALLYSTICK_ISA";

impl Isa {
    /// As it is written in [`VARIABLE`].
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Baseline, Self::Avx2, Self::Avx512]
            .into_iter()
            .find(|isa| isa.name().eq_ignore_ascii_case(name.trim()))
    }
}

/// The set in use: the best this machine has, unless [`VARIABLE`] asks for a lesser one.
/// All sets give the same answers, bit for bit; the variable is for tests and measurements.
#[must_use]
#[inline]
pub fn current() -> Isa {
    static CURRENT: OnceLock<Isa> = OnceLock::new();
    *CURRENT.get_or_init(|| {
        let asked = std::env::var(VARIABLE).ok().and_then(|name| Isa::from_name(&name));
        asked.map_or(best(), |asked| asked.min(best()))
    })
}

#[cfg(target_arch = "x86_64")]
fn best() -> Isa {
    macro_rules! has {
        ($($feature:tt),*) => { true $(&& std::arch::is_x86_feature_detected!($feature))* };
    }
    if !has!("avx2", "bmi1", "bmi2", "lzcnt", "popcnt") {
        Isa::Baseline
    } else if has!("avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd") {
        Isa::Avx512
    } else {
        Isa::Avx2
    }
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
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
                fn avx2 $(<$g: $bound>)? ($($arg: $type),*) $(-> $ret)? {
                    body($($arg),*)
                }
                #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512dq,avx512bw,avx512vl,avx512cd")]
                fn avx512 $(<$g: $bound>)? ($($arg: $type),*) $(-> $ret)? {
                    body($($arg),*)
                }
                match $crate::isa::current() {
                    $crate::isa::Isa::Baseline => {}
                    // SAFETY: a set is only ever current on a machine that was seen to have every
                    // feature that the clone asks for.
                    $crate::isa::Isa::Avx2 => return unsafe { avx2($($arg),*) },
                    // SAFETY: as above.
                    $crate::isa::Isa::Avx512 => return unsafe { avx512($($arg),*) },
                }
            }
            body($($arg),*)
        }
    };
}
pub(crate) use cloned;

#[cfg(test)]
mod tests {
    use super::{Isa, best, current};

    #[test]
    fn names_are_read_back_and_sets_include_those_before() {
        for isa in [Isa::Baseline, Isa::Avx2, Isa::Avx512] {
            assert_eq!(Isa::from_name(isa.name()), Some(isa));
        }
        assert_eq!(Isa::from_name("sse9"), None);
        assert!(Isa::Baseline < Isa::Avx2 && Isa::Avx2 < Isa::Avx512);
        assert!(current() <= best());
    }
}
