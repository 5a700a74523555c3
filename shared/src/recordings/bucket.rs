//! Copies recordings, and files that came with texts, from Twilio into our S3 bucket.

use aws_sdk_s3::{
    Client,
    primitives::ByteStream,
    types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart},
};
use bytes::{Bytes, BytesMut};
use reqwest::{Response, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};

use crate::{
    Error,
    twilio::TwilioClient,
    values::{MediaSid, MessageSid, RecordingSid},
};

/// How many bytes are held in memory at a time. S3 takes no smaller part of an upload, except the
/// last.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const PART: usize = 5 * 1024 * 1024;

/// A copy in S3 of a recording or a file, complete and verified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredRecording {
    /// The key of the object in the bucket.
    pub s3_key: String,
    /// The length of the object in bytes.
    pub bytes: u64,
}

/// The S3 bucket that recordings and files are copied to.
#[derive(Debug)]
pub struct RecordingBucket {
    s3: Client,
    bucket: String,
}

impl RecordingBucket {
    /// The S3 bucket with this name.
    pub fn new(s3: Client, bucket: String) -> Self {
        Self { s3, bucket }
    }

    /// Copies a recording as a WAV file. A second copy overwrites the first with the same content.
    /// `None` when Twilio has no such file, even after some seconds.
    pub async fn copy_recording(
        &self,
        twilio: &TwilioClient,
        recording: &RecordingSid,
    ) -> Result<Option<StoredRecording>, Error> {
        let mut media = match twilio.media(&format!("Recordings/{recording}.wav")).await {
            Err(error) if error.is_gone() => return Ok(None),
            answer => Media::new(answer?),
        };
        let first = media.part().await?;
        media.expect_wav(&first)?;
        let key = format!("recordings/{recording}.wav");
        self.store(key, "audio/wav", first, media).await.map(Some)
    }

    /// Copies a file that came with a text. A second copy overwrites the first with the same
    /// content. `None` when Twilio has no such file, even after some seconds.
    pub async fn copy_media(
        &self,
        twilio: &TwilioClient,
        message: &MessageSid,
        media_sid: &MediaSid,
    ) -> Result<Option<StoredRecording>, Error> {
        let answer = match twilio.media(&format!("Messages/{message}/Media/{media_sid}")).await {
            Err(error) if error.is_gone() => return Ok(None),
            answer => answer?,
        };
        let content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
        let mut media = Media::new(answer);
        let first = media.part().await?;
        self.store(format!("media/{media_sid}"), &content_type, first, media).await.map(Some)
    }

    /// Deletes a file. It is no error if the file is gone already.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        self.s3.delete_object().bucket(&self.bucket).key(key).send().await?;
        Ok(())
    }

    /// Stores a file [`PART`] by [`PART`], never all of it at once, and checks that what S3 holds
    /// is as long as what Twilio sent.
    async fn store(
        &self,
        key: String,
        content_type: &str,
        first: Bytes,
        mut media: Media,
    ) -> Result<StoredRecording, Error> {
        if first.len() < PART {
            media.check_length()?;
            self.s3
                .put_object()
                .bucket(&self.bucket)
                .key(&key)
                .content_type(content_type)
                .body(ByteStream::from(first))
                .send()
                .await?;
        } else {
            self.upload_parts(&key, content_type, first, &mut media).await?;
        }
        self.verify(&key, media.received).await?;
        Ok(StoredRecording { s3_key: key, bytes: media.received })
    }

    async fn upload_parts(
        &self,
        key: &str,
        content_type: &str,
        first: Bytes,
        media: &mut Media,
    ) -> Result<(), Error> {
        let upload = self
            .s3
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            // What the SDK computes for each part must have been announced.
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .send()
            .await?;
        let upload_id = upload.upload_id.ok_or_else(|| Error::internal("S3 gave no upload id"))?;
        match self.send_parts(key, &upload_id, first, media).await {
            Ok(parts) => {
                self.s3
                    .complete_multipart_upload()
                    .bucket(&self.bucket)
                    .key(key)
                    .upload_id(&upload_id)
                    .multipart_upload(
                        CompletedMultipartUpload::builder().set_parts(Some(parts)).build(),
                    )
                    .send()
                    .await?;
                Ok(())
            }
            Err(error) => {
                let abort = self
                    .s3
                    .abort_multipart_upload()
                    .bucket(&self.bucket)
                    .key(key)
                    .upload_id(&upload_id)
                    .send()
                    .await;
                if let Err(abort) = abort {
                    // The bucket's lifecycle rule removes it after a day.
                    tracing::warn!(error = Error::from(abort).chain(), "upload not aborted");
                }
                Err(error)
            }
        }
    }

    async fn send_parts(
        &self,
        key: &str,
        upload_id: &str,
        first: Bytes,
        media: &mut Media,
    ) -> Result<Vec<CompletedPart>, Error> {
        let mut parts = Vec::new();
        let mut part = first;
        while !part.is_empty() {
            let number = parts.len() as i32 + 1;
            let sent = self
                .s3
                .upload_part()
                .bucket(&self.bucket)
                .key(key)
                .upload_id(upload_id)
                .part_number(number)
                .body(ByteStream::from(part))
                .send()
                .await?;
            parts.push(
                CompletedPart::builder()
                    .part_number(number)
                    .set_e_tag(sent.e_tag)
                    .set_checksum_crc32(sent.checksum_crc32)
                    .build(),
            );
            part = media.part().await?;
        }
        media.check_length()?;
        Ok(parts)
    }

    async fn verify(&self, key: &str, bytes: u64) -> Result<(), Error> {
        let head = self.s3.head_object().bucket(&self.bucket).key(key).send().await?;
        match head.content_length {
            Some(length) if length as u64 == bytes => Ok(()),
            length => {
                Err(Error::internal(format!("S3 holds {length:?} bytes of a recording of {bytes}")))
            }
        }
    }
}

/// A recording or a file on its way from Twilio.
struct Media {
    response: Response,
    /// The length that it must have, in bytes; `None` while it is not known.
    expected: Option<u64>,
    received: u64,
    buffer: BytesMut,
}

impl Media {
    fn new(response: Response) -> Self {
        Self { expected: response.content_length(), response, received: 0, buffer: BytesMut::new() }
    }

    /// Reads the next [`PART`] bytes: fewer at the end of the file, none after it.
    async fn part(&mut self) -> Result<Bytes, Error> {
        while self.buffer.len() < PART {
            match self.response.chunk().await.map_err(reqwest::Error::without_url)? {
                Some(chunk) => {
                    self.received += chunk.len() as u64;
                    self.buffer.extend_from_slice(&chunk);
                }
                None => break,
            }
        }
        let length = self.buffer.len().min(PART);
        Ok(self.buffer.split_to(length).freeze())
    }

    /// Checks that the first bytes are those of a WAV file. They tell the file's length, which is
    /// used when Twilio sends no `Content-Length`.
    /// <http://soundfile.sapp.org/doc/WaveFormat/>
    fn expect_wav(&mut self, first: &[u8]) -> Result<(), Error> {
        let Some([b'R', b'I', b'F', b'F', a, b, c, d]) = first.first_chunk::<8>() else {
            return Err(Error::internal("the recording is no WAV file"));
        };
        let told = u64::from(u32::from_le_bytes([*a, *b, *c, *d])) + 8;
        self.expected.get_or_insert(told);
        Ok(())
    }

    fn check_length(&self) -> Result<(), Error> {
        match self.expected {
            Some(expected) if expected == self.received => Ok(()),
            // Compressed on its way, and no WAV: the end of the body is all there is to go by.
            None => Ok(()),
            expected => Err(Error::internal(format!(
                "the recording has {expected:?} bytes and {} came",
                self.received
            ))),
        }
    }
}
