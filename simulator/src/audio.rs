//! Telephone audio: 8 kHz, 16 bit, mono samples and their WAV files.
//!
//! Speech is synthetic but real: a tone that glides without a break, so that a
//! cut, a gap or a repeated block shows when files are compared.

use std::time::Duration;

use thiserror::Error;

/// Samples in a second of telephone audio.
pub const SAMPLE_RATE: u32 = 8_000;

/// Bytes of the header that [`write_wav`] puts before the samples.
pub const WAV_HEADER_LEN: usize = 44;

/// Seconds that a voice needs for one character, about 160 words a minute.
const SECONDS_PER_CHARACTER: f64 = 0.06;

/// Why bytes are not a WAV file that a telephone can carry.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum WavError {
    /// There is no RIFF/WAVE header, or it is cut short.
    #[error("not a WAV file")]
    NotWav,
    /// The samples are not 8 kHz, 16 bit, mono PCM.
    #[error("WAV must be 8 kHz, 16 bit, mono PCM, not {0}")]
    Unsupported(String),
}

/// `seconds` of audible, deterministic speech: the same for the same length,
/// and never silence.
pub fn speech(seconds: f64) -> Vec<i16> {
    glide(seconds, 220.0)
}

/// Speech for a text: as long as a voice needs for it, at a pitch of its own.
pub fn speech_for_text(text: &str) -> Vec<i16> {
    // FNV-1a: a stable number for a text, whatever the platform.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    glide(seconds_for_text(text), 180.0 + (hash % 200) as f64)
}

/// The quiet noise of a line on which nobody speaks; the same for the same length.
pub fn line_noise(seconds: f64) -> Vec<i16> {
    let count = (seconds.max(0.0) * f64::from(SAMPLE_RATE)).round() as u32;
    // A linear congruence: -32 to 31, without a tone in it.
    let noise = |index: u32| (index.wrapping_mul(1_103_515_245).wrapping_add(12_345) >> 26) as i16;
    (0..count).map(|index| noise(index) - 32).collect()
}

/// How long a voice needs for a text, in seconds; at least half a second.
pub fn seconds_for_text(text: &str) -> f64 {
    (text.trim().chars().count() as f64 * SECONDS_PER_CHARACTER).max(0.5)
}

/// How long so many samples last, as telephone audio.
pub fn duration(samples: usize) -> Duration {
    Duration::from_secs_f64(samples as f64 / f64::from(SAMPLE_RATE))
}

/// A tone whose pitch wanders slowly around `pitch` (Hz) without phase jumps.
fn glide(seconds: f64, pitch: f64) -> Vec<i16> {
    let rate = f64::from(SAMPLE_RATE);
    let count = (seconds.max(0.0) * rate).round() as usize;
    let mut phase = std::f64::consts::FRAC_PI_4;
    (0..count)
        .map(|index| {
            let sample = (phase.sin() * 9_000.0) as i16;
            let now = index as f64 / rate;
            let frequency = pitch * (1.0 + 0.5 * (now * 0.7).sin());
            phase = (phase + std::f64::consts::TAU * frequency / rate) % std::f64::consts::TAU;
            sample
        })
        .collect()
}

/// The bytes of a WAV file that has these samples.
pub fn write_wav(samples: &[i16]) -> Vec<u8> {
    let data = samples.len() as u32 * 2;
    let mut wav = Vec::with_capacity(WAV_HEADER_LEN + samples.len() * 2);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + data).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16_u32.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
    wav.extend_from_slice(&(SAMPLE_RATE * 2).to_le_bytes());
    wav.extend_from_slice(&2_u16.to_le_bytes());
    wav.extend_from_slice(&16_u16.to_le_bytes());
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&data.to_le_bytes());
    for sample in samples {
        wav.extend_from_slice(&sample.to_le_bytes());
    }
    wav
}

/// The samples of a WAV file.
///
/// # Errors
/// The bytes are not a WAV file, or not 8 kHz, 16 bit, mono PCM.
pub fn read_wav(wav: &[u8]) -> Result<Vec<i16>, WavError> {
    if wav.len() < 12 || &wav[..4] != b"RIFF" || &wav[8..12] != b"WAVE" {
        return Err(WavError::NotWav);
    }
    let mut rest = &wav[12..];
    let mut format_seen = false;
    while rest.len() >= 8 {
        let (name, body) = (&rest[..4], &rest[8..]);
        let length = u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]) as usize;
        let chunk = &body[..length.min(body.len())];
        match name {
            b"fmt " => {
                check_format(chunk)?;
                format_seen = true;
            }
            b"data" if format_seen => {
                return Ok(chunk
                    .chunks_exact(2)
                    .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
                    .collect());
            }
            _ => {}
        }
        // Chunks are padded to an even length.
        rest = &body[(length + length % 2).min(body.len())..];
    }
    Err(WavError::NotWav)
}

/// Refuses every sample format but the telephone's.
fn check_format(chunk: &[u8]) -> Result<(), WavError> {
    if chunk.len() < 16 {
        return Err(WavError::NotWav);
    }
    let short = |at: usize| u16::from_le_bytes([chunk[at], chunk[at + 1]]);
    let rate = u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]);
    if (short(0), short(2), rate, short(14)) == (1, 1, SAMPLE_RATE, 16) {
        return Ok(());
    }
    Err(WavError::Unsupported(format!(
        "format {}, {} channels, {rate} Hz, {} bit",
        short(0),
        short(2),
        short(14)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wav_keeps_every_sample() {
        let samples = speech(1.5);
        assert_eq!(samples.len(), 12_000);
        assert_eq!(read_wav(&write_wav(&samples)), Ok(samples));
    }

    #[test]
    fn speech_is_deterministic_and_audible() {
        assert_eq!(speech(0.5), speech(0.5));
        assert!(speech(0.5).iter().filter(|sample| **sample == 0).count() < 100);
        assert_ne!(speech_for_text("hello"), speech_for_text("hullo"));
    }

    #[test]
    fn other_formats_are_refused() {
        let mut wav = write_wav(&[1, 2, 3]);
        wav[22] = 2;
        assert!(matches!(read_wav(&wav), Err(WavError::Unsupported(_))));
        assert_eq!(read_wav(b"hello"), Err(WavError::NotWav));
    }
}
