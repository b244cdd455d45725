//! A day as a bar of cells on the wall clock, in block characters.

use crate::engine::forecast::{Desired, Piece};

/// What a cell shows, for its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shade {
    /// The schedule runs in it, or in a part of it.
    On,
    /// It is stopped.
    Off,
    /// Nothing is wanted yet.
    Unmanaged,
    /// Not in the stretch, or a time that the clocks leave out.
    Outside,
}

pub(super) const FULL: char = '█';
pub(super) const OFF: char = '·';
pub(super) const UNMANAGED: char = '╌';
/// Parts of a cell from its left edge, by eighths.
const LEFT: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const RIGHT: char = '▐';
const LITTLE_RIGHT: char = '▕';

const A_DAY: i64 = 86_400;

/// The cells of a day: its 24 hours divided by `count`, which divides a day into whole seconds.
pub(super) fn cells(pieces: &[Piece], count: i64) -> Vec<(Shade, char)> {
    let width = A_DAY / count.max(1);
    (0..count).map(|index| cell(pieces, index * width, (index + 1) * width)).collect()
}

fn cell(pieces: &[Piece], from: i64, to: i64) -> (Shade, char) {
    let within = |desired: Desired| {
        pieces.iter().filter(move |piece| piece.desired == desired && piece.local_from < to && from < piece.local_to)
    };
    let mut on: Vec<(i64, i64)> =
        within(Desired::Running).map(|piece| (piece.local_from.max(from), piece.local_to.min(to))).collect();
    on.sort_unstable();
    let (mut covered, mut end) = (0, from);
    for (begin, stop) in &on {
        covered += (stop - end.max(*begin)).max(0);
        end = end.max(*stop);
    }
    let is_left = on.iter().any(|(begin, _)| *begin == from);
    let is_right = on.iter().any(|(_, stop)| *stop == to);
    let width = to - from;
    let sign = match (covered, is_left, is_right) {
        (0, _, _) if within(Desired::Stopped).next().is_some() => return (Shade::Off, OFF),
        (0, _, _) if within(Desired::Unmanaged).next().is_some() => return (Shade::Unmanaged, UNMANAGED),
        (0, _, _) => return (Shade::Outside, ' '),
        (covered, _, _) if covered == width => FULL,
        (covered, true, false) => {
            let eighths = usize::try_from((covered * 8 / width).clamp(1, 7)).unwrap_or(1);
            LEFT.get(eighths - 1).copied().unwrap_or(FULL)
        }
        (covered, false, true) if covered * 4 <= width => LITTLE_RIGHT,
        (_, false, _) => RIGHT,
        // It stops and starts within the cell: the break is shown, not how long it is.
        (_, true, true) => '▌',
    };
    (Shade::On, sign)
}

/// The hours above the cells: `00`, `06`, `12`, `18`, `24`.
pub(super) fn ruler(count: i64) -> String {
    let quarter = usize::try_from(count / 4).unwrap_or_default();
    ["00", "06", "12", "18", "24"].map(|hour| format!("{hour:quarter$}")).concat().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(desired: Desired, from: i64, to: i64) -> Piece {
        Piece { local_from: from * 60, local_to: to * 60, desired }
    }

    #[test]
    fn shows_parts_of_cells() {
        use Desired::{Running as On, Stopped as Off, Unmanaged};
        let h = |hours: i64| hours * 60;
        // Cells of one hour, the first four of the day.
        let cases: [(&[Piece], &str); 12] = [
            (&[piece(On, 0, h(4))], "████"),
            (&[piece(Off, 0, h(1)), piece(On, h(1), h(2)), piece(Off, h(2), h(4))], "·█··"),
            (&[piece(Off, 0, 30), piece(On, 30, 90), piece(Off, 90, h(4))], "▐▌··"),
            (&[piece(Off, 0, 50), piece(On, 50, 65), piece(Off, 65, h(4))], "▕▏··"),
            (&[piece(On, 0, 53), piece(Off, 53, h(4))], "▉···"),
            // Wholly within a cell, and a break within one.
            (&[piece(Off, 0, 20), piece(On, 20, 40), piece(Off, 40, h(4))], "▐···"),
            (&[piece(On, 0, 70), piece(Off, 70, 80), piece(On, 80, h(4))], "█▌██"),
            (&[piece(Unmanaged, 0, h(2)), piece(Off, h(2), h(4))], "╌╌··"),
            // The clocks leave out an hour; they show an hour twice; the stretch begins late.
            (&[piece(On, 0, h(2)), piece(On, h(3), h(4))], "██ █"),
            (&[piece(On, 0, h(2)), piece(Off, h(1), h(4))], "██··"),
            (&[piece(Off, h(1), h(4))], " ···"),
            (&[], "    "),
        ];
        for (pieces, expected) in cases {
            let line: String = cells(pieces, 24).into_iter().map(|(_, sign)| sign).take(4).collect();
            assert_eq!(line, expected, "{pieces:?}");
        }
    }

    #[test]
    fn the_ruler_stands_on_its_cells() {
        assert_eq!(ruler(24), "00    06    12    18    24");
        assert_eq!(ruler(48).find("18"), Some(36));
    }
}
