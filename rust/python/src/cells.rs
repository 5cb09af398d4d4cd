//! Values of Python as cells of a row.

use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString, PyType};
use tallystick_recorder::{Row, Tag};

/// Sets a cell to a value of one of the common types, running no Python; whether it was one.
#[inline]
pub fn set(row: &mut Row, cell: usize, value: &Bound<'_, PyAny>) -> bool {
    if let Ok(float) = value.cast_exact::<PyFloat>() {
        row.set_float(cell, float.value());
    } else if let Ok(text) = value.cast_exact::<PyString>() {
        set_text(row, cell, text);
    } else if value.is_none() {
        row.set_tag(cell, Tag::Null);
    } else if let Ok(boolean) = value.cast_exact::<PyBool>() {
        row.set_boolean(cell, boolean.is_true());
    } else if let Ok(integer) = value.cast::<PyInt>() {
        set_integer(row, cell, integer);
    } else if let Ok(float) = value.cast::<PyFloat>() {
        // A subclass, such as numpy.float64: its number is that of the float within.
        row.set_float(cell, float.value());
    } else {
        return false;
    }
    true
}

fn set_text(row: &mut Row, cell: usize, text: &Bound<'_, PyString>) {
    match text.to_str() {
        Ok(text) => row.set_text(cell, text),
        // Surrogates that stand alone are no text anywhere else.
        Err(_) => row.set_tag(cell, Tag::Mistyped),
    }
}

fn set_integer(row: &mut Row, cell: usize, integer: &Bound<'_, PyInt>) {
    if let Ok(value) = integer.extract::<i64>() {
        row.set_integer(cell, value);
    } else if let Ok(value) = integer.extract::<u64>() {
        row.set_unsigned(cell, value);
    } else {
        row.set_tag(cell, Tag::Mistyped);
    }
}

/// What a type that is not one of the common ones stands for.
#[derive(Clone, Copy)]
enum Kind {
    /// A scalar of numpy: `item()` is a common value.
    Numpy,
    /// `numpy.datetime64`, in any unit.
    Datetime64,
    /// `datetime.datetime` and what is derived from it.
    Datetime,
    /// `datetime.date`.
    Date,
    /// Missing values of pandas.
    Null,
    Text,
    Mistyped,
}

/// Types seen so far: what they are takes longer to find out than to look up.
type Kinds = Vec<(Py<PyType>, Kind)>;

static KINDS: PyOnceLock<Mutex<Kinds>> = PyOnceLock::new();
/// More types than a service has.
const MOST_KINDS: usize = 64;

fn kind(value: &Bound<'_, PyAny>) -> PyResult<Kind> {
    let py = value.py();
    let of = value.get_type();
    let kinds = KINDS.get_or_init(py, Mutex::default);
    let known =
        |kinds: &Vec<(Py<PyType>, Kind)>| kinds.iter().find(|(seen, _)| seen.is(&of)).map(|(_, kind)| *kind);
    if let Some(kind) = known(&kinds.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Ok(kind);
    }
    let kind = kind_of(value, &of)?;
    let mut kinds = kinds.lock().unwrap_or_else(PoisonError::into_inner);
    if kinds.len() < MOST_KINDS && known(&kinds).is_none() {
        kinds.push((of.unbind(), kind));
    }
    Ok(kind)
}

fn kind_of(value: &Bound<'_, PyAny>, of: &Bound<'_, PyType>) -> PyResult<Kind> {
    let py = value.py();
    let (module, name) = (of.module()?, of.name()?);
    let (module, name) = (module.to_str()?, name.to_str()?);
    let datetime = py.import("datetime")?;
    Ok(if value.is_instance_of::<PyString>() {
        Kind::Text
    } else if module.starts_with("pandas.") && matches!(name, "NAType" | "NaTType") {
        Kind::Null
    } else if value.is_instance(&datetime.getattr("datetime")?)? {
        Kind::Datetime
    } else if value.is_instance(&datetime.getattr("date")?)? {
        Kind::Date
    } else if module == "numpy" && name == "datetime64" {
        Kind::Datetime64
    } else if module == "numpy" && value.hasattr("item")? && name != "ndarray" {
        Kind::Numpy
    } else {
        Kind::Mistyped
    })
}

/// Sets a cell to any other value; may run Python. What cannot be used is mistyped.
pub fn set_slowly(row: &mut Row, cell: usize, value: &Bound<'_, PyAny>) {
    if try_set(row, cell, value).is_err() {
        row.set_tag(cell, Tag::Mistyped);
    }
}

fn try_set(row: &mut Row, cell: usize, value: &Bound<'_, PyAny>) -> PyResult<()> {
    match kind(value)? {
        Kind::Numpy => {
            let item = value.call_method0("item")?;
            if !set(row, cell, &item) {
                row.set_tag(cell, Tag::Mistyped);
            }
        }
        Kind::Text => set_text(row, cell, value.cast::<PyString>()?),
        Kind::Null => row.set_tag(cell, Tag::Null),
        Kind::Mistyped => row.set_tag(cell, Tag::Mistyped),
        Kind::Datetime | Kind::Date | Kind::Datetime64 => match instant(value)? {
            Some(micros) => row.set_instant(cell, micros),
            None => row.set_tag(cell, Tag::Null),
        },
    }
    Ok(())
}

/// Microseconds since 1970 of a number of seconds; `None` when it is none, or running Python is
/// needed to tell.
#[inline]
pub fn seconds(value: &Bound<'_, PyAny>) -> Option<i64> {
    if let Ok(float) = value.cast::<PyFloat>() {
        return of_seconds(float.value());
    }
    if value.is_instance_of::<PyBool>() {
        return None;
    }
    let whole = value.cast::<PyInt>().ok()?.extract::<i64>().ok()?;
    Some(whole.saturating_mul(1_000_000))
}

/// Rounded down to a microsecond within the second that it is of.
fn of_seconds(value: f64) -> Option<i64> {
    if value.is_nan() {
        return None;
    }
    let whole = value.floor();
    let micros = ((value - whole) * 1e6).floor().clamp(0.0, 999_999.0);
    // A cast saturates, beyond every calendar.
    Some((whole as i64).saturating_mul(1_000_000).saturating_add(micros as i64))
}

/// Microseconds since 1970 of any time; `None` when it is none.
pub fn instant_of(value: &Bound<'_, PyAny>) -> Option<i64> {
    match kind(value).ok()? {
        Kind::Datetime | Kind::Date | Kind::Datetime64 => instant(value).ok().flatten(),
        Kind::Numpy => seconds(&value.call_method0("item").ok()?),
        // As requests carry it.
        Kind::Text => instant(&epochs(value.py()).ok()?.parse(value).ok()?).ok().flatten(),
        Kind::Null | Kind::Mistyped => seconds(value),
    }
}

/// Where time begins, for each kind of it.
struct Epochs {
    aware: Py<PyAny>,
    naive: Py<PyAny>,
    date: Py<PyAny>,
    /// `datetime.datetime.fromisoformat`
    parse: Py<PyAny>,
}

static EPOCHS: PyOnceLock<Epochs> = PyOnceLock::new();

fn epochs(py: Python<'_>) -> PyResult<&Epochs> {
    EPOCHS.get_or_try_init(py, || {
        let module = py.import("datetime")?;
        let (datetime, date) = (module.getattr("datetime")?, module.getattr("date")?);
        let utc = module.getattr("timezone")?.getattr("utc")?;
        Ok(Epochs {
            aware: datetime.call1((1970, 1, 1, 0, 0, 0, 0, utc))?.unbind(),
            naive: datetime.call1((1970, 1, 1))?.unbind(),
            date: date.call1((1970, 1, 1))?.unbind(),
            parse: datetime.getattr("fromisoformat")?.unbind(),
        })
    })
}

impl Epochs {
    fn parse<'py>(&self, text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.parse.bind(text.py()).call1((text,))
    }
}

/// Microseconds of a date or a time of day on one; of a naive one as if it were UTC.
fn instant(value: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    let py = value.py();
    let kind = kind(value)?;
    if let Kind::Datetime64 = kind {
        let micros = value.call_method1("astype", ("datetime64[us]",))?.call_method0("item")?;
        return if micros.is_none() { Ok(None) } else { instant(&micros) };
    }
    let epochs = epochs(py)?;
    let epoch = match kind {
        Kind::Date => &epochs.date,
        _ if value.getattr("tzinfo")?.is_none() => &epochs.naive,
        _ => &epochs.aware,
    };
    let since = value.sub(epoch.bind(py))?;
    let part = |name: &str| since.getattr(name)?.extract::<i64>();
    let (days, seconds, micros) = (part("days")?, part("seconds")?, part("microseconds")?);
    Ok(Some((days * 86_400 + seconds) * 1_000_000 + micros))
}
