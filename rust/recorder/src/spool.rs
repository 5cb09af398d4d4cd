//! The only file of the crate that touches the disk: a recorder's own files, appended to.
//!
//! A file is written whole up to its opening before it bears its name, so that one with that name
//! can always be read. Frames are appended and synced; one that a crash cuts off ends in a
//! checksum that does not hold. After a failed write nothing is appended to that file any more:
//! the same frames, under the same numbers, go into the next one.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::frame::{self, Kind, RecorderId};

/// A file is followed by the next one when it is longer.
const SEGMENT_BYTES: u64 = 64 << 20;
/// Bytes handed to the system at a time.
const WRITE_BYTES: usize = 256 << 10;
/// How spool files end.
pub const SUFFIX: &str = ".spool";
/// How files end that have no opening yet.
pub const TEMPORARY: &str = ".spool.tmp";

struct Segment {
    file: File,
    length: u64,
}

/// Frames of one recorder on their way to the disk.
pub(crate) struct Spool {
    folder: PathBuf,
    recorder: RecorderId,
    /// Body of the opening.
    opening: Vec<u8>,
    most_bytes: u64,
    number: u64,
    open: Option<Segment>,
    /// Frames that are not written yet, in order.
    pending: VecDeque<Vec<u8>>,
    sequence: u64,
}

impl Spool {
    pub fn new(folder: PathBuf, recorder: RecorderId, opening: Vec<u8>) -> Self {
        let pending = VecDeque::new();
        Self {
            folder,
            recorder,
            opening,
            most_bytes: SEGMENT_BYTES,
            number: 0,
            open: None,
            pending,
            sequence: 0,
        }
    }

    /// Whether any frame was ever added.
    pub fn has_begun(&self) -> bool {
        self.sequence > 0
    }

    /// Gives a frame its number, and puts it at the end of those to write.
    pub fn add(&mut self, kind: Kind, body: &[u8]) {
        self.sequence += 1;
        self.pending.push_back(frame::encode(kind, &self.recorder, self.sequence, body));
    }

    /// Writes what is pending, to the disk itself; how many frames and bytes.
    ///
    /// # Errors
    /// When it cannot be written: all of it stays pending.
    pub fn write(&mut self) -> io::Result<(u64, u64)> {
        if self.pending.is_empty() {
            return Ok((0, 0));
        }
        let frames = self.pending.len() as u64;
        let length: u64 = self.pending.iter().map(|frame| frame.len() as u64).sum();
        let mut segment = match self.open.take() {
            Some(segment) if segment.length < self.most_bytes => segment,
            _ => self.begin()?,
        };
        if let Err(error) = self.append(&segment.file) {
            // Half a frame at the end would be skipped by readers, but need not stay.
            let _ = segment.file.set_len(segment.length);
            return Err(error);
        }
        segment.length += length;
        self.open = Some(segment);
        self.pending.clear();
        Ok((frames, length))
    }

    fn append(&self, file: &File) -> io::Result<()> {
        let mut writer = BufWriter::with_capacity(WRITE_BYTES, file);
        self.pending.iter().try_for_each(|frame| writer.write_all(frame))?;
        writer.flush()?;
        drop(writer);
        file.sync_data()
    }

    /// The next file, with its opening.
    fn begin(&mut self) -> io::Result<Segment> {
        let name = format!("{:032x}-{:06}", u128::from_be_bytes(self.recorder), self.number);
        let temporary = self.folder.join(format!(".{name}{TEMPORARY}"));
        let begun = self.write_opening(&temporary, &self.folder.join(format!("{name}{SUFFIX}")));
        match &begun {
            // A number is not used again, whatever becomes of its file.
            Ok(_) => self.number += 1,
            Err(_) => drop(fs::remove_file(&temporary)),
        }
        begun
    }

    fn write_opening(&self, temporary: &Path, path: &Path) -> io::Result<Segment> {
        let bytes = frame::encode(Kind::Opening, &self.recorder, self.number, &self.opening);
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(temporary)?;
        // Held until this process is done with the file or dead: whoever collects can tell which
        // files nothing will be added to. Where it cannot be had, nothing is ever removed.
        let _ = file.try_lock();
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(temporary, path)?;
        // The name is safe once the folder is; not every file system offers that.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(Segment { file, length: bytes.len() as u64 })
    }
}

#[cfg(test)]
mod tests {
    use super::Spool;
    use crate::frame::{Frames, Kind};
    use std::fs;

    #[test]
    fn a_long_file_is_followed_by_the_next_one() {
        let folder = std::env::temp_dir().join(format!("tallystick-rotation-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut spool = Spool::new(folder.clone(), [1; 16], vec![0; 10]);
        spool.most_bytes = 300;
        for body in 0_u8..20 {
            spool.add(Kind::Counts, &[body; 50]);
            assert_eq!(spool.write().unwrap().0, 1);
        }
        let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let mut bodies = Vec::new();
        for (number, path) in paths.iter().enumerate() {
            let bytes = fs::read(path).unwrap();
            let mut frames = Frames::new(bytes.len());
            let opening = frames.next(&bytes).unwrap();
            assert_eq!((opening.kind, opening.sequence), (Some(Kind::Opening), number as u64));
            while let Some(frame) = frames.next(&bytes) {
                assert_eq!(frame.sequence, bodies.len() as u64 + 1);
                bodies.push(frame.body[0]);
            }
        }
        assert!(paths.len() > 3);
        assert_eq!(bodies, (0..20).collect::<Vec<u8>>());
        fs::remove_dir_all(&folder).unwrap();
    }
}
