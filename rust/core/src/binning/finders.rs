//! Finders of cells, one for each number type that a column may arrive in.

use std::sync::OnceLock;

use tallystick_kernels::search::Finder;

/// One lazily made finder per number type.
#[derive(Debug, Default)]
pub(crate) struct Finders {
    f64: OnceLock<Finder<f64>>,
    f32: OnceLock<Finder<f32>>,
    i8: OnceLock<Finder<i8>>,
    i16: OnceLock<Finder<i16>>,
    i32: OnceLock<Finder<i32>>,
    i64: OnceLock<Finder<i64>>,
    u8: OnceLock<Finder<u8>>,
    u16: OnceLock<Finder<u16>>,
    u32: OnceLock<Finder<u32>>,
    u64: OnceLock<Finder<u64>>,
}

/// A type that has its own finder.
pub trait Findable: Sized {
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn slot(finders: &Finders) -> &OnceLock<Finder<Self>>;
}

macro_rules! findable {
    ($($t:ident),*) => {$(
        impl Findable for $t {
            #[allow(private_interfaces)]
            fn slot(finders: &Finders) -> &OnceLock<Finder<Self>> {
                &finders.$t
            }
        }
    )*};
}
findable!(f64, f32, i8, i16, i32, i64, u8, u16, u32, u64);
