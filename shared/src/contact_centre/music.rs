//! The music for callers who wait: half a minute of broken chords, played softly. It is made here,
//! so that it is as long as is wanted between two announcements, and belongs to nobody.

use std::{f64::consts::TAU, sync::OnceLock};

/// The path of the music at our API.
pub const PATH: &str = "/music.wav";

/// What telephones carry, in samples a second.
const RATE: u32 = 8_000;

/// How many samples a note is: 0.3 seconds.
const NOTE: usize = 2_400;

/// The roots of the chords, in semitones above the A of 220 Hz, and whether they are minor.
const CHORDS: [(i32, bool); 4] = [(3, false), (0, true), (-4, false), (-2, false)];

/// The notes of a chord in the order in which they are played, as steps of its triad.
const FIGURE: [usize; 6] = [0, 1, 2, 3, 2, 1];

/// How often the chords are played: 4 chords of 6 notes of 0.3 seconds last 7.2.
const REPEATS: usize = 4;

/// How loud the loudest sample is, of 1.
const VOLUME: f64 = 0.2;

/// The music as a WAV file of 16 bits a sample, which a process makes once.
/// <http://soundfile.sapp.org/doc/WaveFormat/>
pub fn wav() -> &'static [u8] {
    static MUSIC: OnceLock<Vec<u8>> = OnceLock::new();
    MUSIC.get_or_init(file)
}

fn file() -> Vec<u8> {
    let samples = samples();
    let bytes = samples.len() as u32 * 2;
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend(b"RIFF");
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt ");
    // The size of this part, PCM, one channel.
    file.extend(16u32.to_le_bytes());
    file.extend(1u16.to_le_bytes());
    file.extend(1u16.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    // Bytes and bits a sample.
    file.extend(2u16.to_le_bytes());
    file.extend(16u16.to_le_bytes());
    file.extend(b"data");
    file.extend(bytes.to_le_bytes());
    file.extend(samples.into_iter().flat_map(i16::to_le_bytes));
    file
}

fn samples() -> Vec<i16> {
    let notes: Vec<_> = CHORDS
        .iter()
        .flat_map(|(root, minor)| {
            let triad = [0, if *minor { 3 } else { 4 }, 7, 12];
            FIGURE.map(|step| root + triad[step])
        })
        .collect();
    let piece = notes.repeat(REPEATS);
    let mut mixed = vec![0.0_f64; (piece.len() + 1) * NOTE];
    for (place, semitones) in piece.into_iter().enumerate() {
        let frequency = 220.0 * 2_f64.powf(f64::from(semitones) / 12.0);
        // A note sounds on while the next begins.
        for sample in 0..2 * NOTE {
            let seconds = sample as f64 / f64::from(RATE);
            let swell = (seconds / 0.02).min(1.0) * (-4.0 * seconds).exp();
            let left = 1.0 - sample as f64 / (2 * NOTE) as f64;
            mixed[place * NOTE + sample] += swell * left * (TAU * frequency * seconds).sin();
        }
    }
    let loudest = mixed.iter().fold(f64::MIN_POSITIVE, |loudest, it| loudest.max(it.abs()));
    let scale = VOLUME * f64::from(i16::MAX) / loudest;
    mixed.into_iter().map(|sample| (sample * scale) as i16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_minute_of_sound_that_never_clips() {
        let samples = samples();
        let seconds = samples.len() as u32 / RATE;
        assert!((25..35).contains(&seconds), "{seconds}");
        let loudest = samples.iter().map(|sample| sample.unsigned_abs()).max();
        assert!((6_000..7_000).contains(&loudest.unwrap()), "{loudest:?}");
        // No second is silent.
        for second in samples.chunks_exact(RATE as usize) {
            assert!(second.iter().any(|sample| sample.unsigned_abs() > 1_000));
        }
        assert_eq!(wav().len(), 44 + samples.len() * 2);
        assert_eq!(&wav()[..4], b"RIFF");
    }
}
