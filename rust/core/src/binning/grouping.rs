//! Neighbouring cells joined into groups of nearly equal mass.

/// First cells of at most `groups` runs of nearly equal mass. A cell heavier than its share
/// stands alone. Empty cells join the run after them: the f32 cast of a value that lies on an
/// edge falls into the empty cell below it. Always starts with 0 unless there are no cells.
///
/// The share is computed anew after each run, so a heavy cell early on does not starve the
/// rest: `target = mass left / groups left`.
#[must_use]
pub fn equal_mass(masses: &[u64], groups: usize) -> Vec<u32> {
    if masses.is_empty() {
        return Vec::new();
    }
    let mut starts = vec![0_u32];
    let mut left: u128 = masses.iter().map(|&m| u128::from(m)).sum();
    if left == 0 {
        return starts;
    }
    let mut held: u128 = 0;
    let mut gap: Option<usize> = None;
    for (cell, &mass) in masses.iter().enumerate() {
        let mass = u128::from(mass);
        let groups_left = (groups.saturating_sub(starts.len()) + 1) as u128;
        if mass == 0 || held == 0 {
            gap = gap.or(Some(cell)).filter(|_| mass == 0 && held > 0);
            held += mass;
            continue;
        }
        let start = gap.take().unwrap_or(cell);
        // Close the run when it is nearer to its share without this cell than with it.
        let (without, with) = (held * groups_left, (held + mass) * groups_left);
        let closes = with > left && (without >= left || with - left > left - without);
        if groups_left > 1 && closes {
            starts.push(start as u32);
            left -= held;
            held = mass;
        } else {
            held += mass;
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::equal_mass;
    use proptest::prelude::*;

    #[test]
    fn equal_cells_make_equal_groups() {
        assert_eq!(equal_mass(&[1; 240], 10), (0..10).map(|g| g * 24).collect::<Vec<u32>>());
    }

    #[test]
    fn a_heavy_cell_stands_alone() {
        assert_eq!(equal_mass(&[1, 1, 90, 1, 1, 1, 1], 4), [0, 2, 3, 5]);
        assert_eq!(equal_mass(&[0, 0, 5, 0], 4), [0]);
        assert_eq!(equal_mass(&[0, 5, 0, 0, 5, 5, 0, 5, 0], 4), [0, 2, 5, 6]);
        assert_eq!(equal_mass(&[0, 0], 4), [0]);
    }

    proptest! {
        #[test]
        fn never_more_groups_than_asked(masses in prop::collection::vec(0_u64..1000, 1..300), groups in 1_usize..40) {
            let starts = equal_mass(&masses, groups);
            prop_assert!(starts.len() <= groups && starts[0] == 0);
            prop_assert!(starts.windows(2).all(|w| w[0] < w[1]));
        }

        #[test]
        fn no_group_of_many_is_far_above_its_share(masses in prop::collection::vec(1_u64..10, 200..300)) {
            let starts = equal_mass(&masses, 10);
            let total: u64 = masses.iter().sum();
            for (g, &start) in starts.iter().enumerate() {
                let end = starts.get(g + 1).map_or(masses.len(), |&e| e as usize);
                let mass: u64 = masses[start as usize..end].iter().sum();
                prop_assert!(mass * 10 <= total * 13 / 10);
            }
        }
    }
}
