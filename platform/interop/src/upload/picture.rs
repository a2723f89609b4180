//! A photo as it is kept: upright, at most [`LONG_SIDE`] pixels long, JPEG, with nothing but pixels.
//!
//! **Units**: pixels. **Bounds**: the header's size is judged before a pixel is decoded; decoding
//! takes at most [`MOST_MEMORY`] bytes, and a picture in memory at most eight bytes a pixel.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

use super::Kind;

/// The most pixels a photo may have: what phones of today take by default.
pub const MOST_PIXELS: u64 = 50_000_000;

/// The most pixels of one side.
const LONGEST_SIDE: u32 = 20_000;

/// The most bytes that decoding may take.
const MOST_MEMORY: u64 = 400 * 1024 * 1024;

/// The long side of what is kept, in pixels: A4 at 220 to the inch, where small print is read.
pub const LONG_SIDE: u32 = 2_560;

/// The quality of the JPEG that is written: the loss is not seen in print.
const QUALITY: u8 = 85;

/// What is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Photo {
    /// The JPEG.
    pub jpeg: Vec<u8>,
    /// How wide.
    pub width: u32,
    /// How high.
    pub height: u32,
}

impl std::fmt::Debug for Photo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { width, height, .. } = self;
        write!(f, "Photo({width} × {height}, {} bytes)", self.jpeg.len())
    }
}

/// Why a photo is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPicture {
    /// It has too many pixels.
    #[error("the picture has {width} × {height} pixels")]
    TooManyPixels {
        /// How wide.
        width: u32,
        /// How high.
        height: u32,
    },
    /// It cannot be decoded.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
}

/// Decodes, sets upright, shrinks, and writes anew.
pub(super) fn tidy(bytes: &[u8], kind: Kind) -> Result<Photo, BadPicture> {
    let damaged = |why: image::ImageError| BadPicture::Damaged(why.to_string());
    let (width, height) = size(bytes, kind).map_err(damaged)?;
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS || width.max(height) > LONGEST_SIDE {
        return Err(BadPicture::TooManyPixels { width, height });
    }
    let mut decoder = reader(bytes, kind).into_decoder().map_err(damaged)?;
    if decoder.total_bytes() > MOST_MEMORY {
        return Err(BadPicture::TooManyPixels { width, height });
    }
    // Metadata that cannot be read leaves the picture as its pixels lie.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let picture = if width.max(height) > LONG_SIDE {
        picture.thumbnail(LONG_SIDE, LONG_SIDE)
    } else {
        picture
    };
    let mut picture = DynamicImage::ImageRgb8(on_white(picture));
    picture.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    picture
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))
        .map_err(damaged)?;
    Ok(Photo {
        jpeg,
        width: picture.width(),
        height: picture.height(),
    })
}

fn format(kind: Kind) -> ImageFormat {
    match kind {
        Kind::Png => ImageFormat::Png,
        Kind::Webp => ImageFormat::WebP,
        Kind::Jpeg | Kind::Pdf => ImageFormat::Jpeg,
    }
}

fn reader(bytes: &[u8], kind: Kind) -> ImageReader<Cursor<&[u8]>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format(kind));
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    reader
}

/// What the header says, whatever the limits.
fn size(bytes: &[u8], kind: Kind) -> image::ImageResult<(u32, u32)> {
    let mut reader = reader(bytes, kind);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    reader.into_dimensions()
}

/// JPEG knows no transparency: what shines through is paper.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (to, from) in flat.pixels_mut().zip(picture.pixels()) {
        let [r, g, b, alpha] = from.0;
        *to = Rgb([r, g, b].map(|colour| over_white(colour, alpha)));
    }
    flat
}

fn over_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u16::from(colour), u16::from(alpha));
    let mixed = (colour * alpha + 255 * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use image::codecs::png::PngEncoder;
    use image::codecs::webp::WebPEncoder;
    use image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage};

    use super::*;
    use crate::upload::{Tidied, Unfit, finds, tidy as take};

    /// A JPEG whose left half is red and whose right half is blue.
    fn red_and_blue(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, _| {
            if x * 2 < width {
                Rgb([220, 20, 20])
            } else {
                Rgb([20, 20, 220])
            }
        })
    }

    fn photo(bytes: Vec<u8>) -> Photo {
        match take(bytes) {
            Ok(Tidied::Photo(photo)) => photo,
            other => panic!("{other:?}"),
        }
    }

    fn is_red(picture: &RgbImage, x: u32, y: u32) -> bool {
        let Rgb([red, _, blue]) = *picture.get_pixel(x, y);
        red > blue
    }

    /// An EXIF block of TIFF form with one orientation, and with a place (a GPS directory that
    /// holds the text "N").
    fn exif(orientation: u8) -> Vec<u8> {
        let mut tiff = b"II\x2a\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend([0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
        tiff.extend([0, 0, 0, 0]);
        tiff.extend([1, 0, 1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
        tiff
    }

    fn jpeg(picture: &RgbImage, exif: Option<Vec<u8>>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        if let Some(exif) = exif {
            encoder.set_exif_metadata(exif).unwrap();
        }
        encoder
            .write_image(
                picture,
                picture.width(),
                picture.height(),
                ExtendedColorType::Rgb8,
            )
            .unwrap();
        bytes
    }

    #[test]
    fn where_and_with_what_it_was_taken_is_left_behind() {
        let mut bytes = jpeg(&red_and_blue(64, 32), Some(exif(1)));
        bytes.extend(b"<script>alert(1)</script>PK\x03\x04");
        assert!(finds(&bytes, b"Exif") && finds(&bytes, b"<script>"));
        let kept = photo(bytes);
        for hidden in [b"Exif".as_slice(), b"II\x2a\0", b"<script>", b"PK\x03\x04"] {
            assert!(!finds(&kept.jpeg, hidden));
        }
    }

    /// The eight orientations of EXIF 2.3 (tag 0x0112): where the first row and column of the pixels
    /// belong. Red is the left half of the pixels.
    #[test]
    fn a_photo_stands_upright_whatever_way_the_phone_was_held() {
        for orientation in 1..=8 {
            let kept = photo(jpeg(&red_and_blue(64, 32), Some(exif(orientation))));
            let turned = orientation >= 5;
            let size = if turned { (32, 64) } else { (64, 32) };
            assert_eq!((kept.width, kept.height), size, "{orientation}");
            let back = image::load_from_memory(&kept.jpeg).unwrap().into_rgb8();
            let (far_x, far_y) = (kept.width - 4, kept.height - 4);
            // Red goes: left, right, right, left, top, top, bottom, bottom.
            let red_at = match orientation {
                1 | 4 => [(4, 4), (4, far_y)],
                2 | 3 => [(far_x, 4), (far_x, far_y)],
                5 | 6 => [(4, 4), (far_x, 4)],
                _ => [(4, far_y), (far_x, far_y)],
            };
            let reds = [(4, 4), (4, far_y), (far_x, 4), (far_x, far_y)]
                .into_iter()
                .filter(|(x, y)| is_red(&back, *x, *y));
            let mut reds: Vec<_> = reds.collect();
            let mut expected = red_at.to_vec();
            reds.sort_unstable();
            expected.sort_unstable();
            assert_eq!(reds, expected, "orientation {orientation}");
        }
    }

    #[test]
    fn a_large_photo_is_shrunk_and_keeps_its_shape() {
        let kept = photo(jpeg(&red_and_blue(4_000, 1_000), None));
        assert_eq!((kept.width, kept.height), (2_560, 640));
        let back = image::load_from_memory(&kept.jpeg).unwrap().into_rgb8();
        assert!(is_red(&back, 100, 300) && !is_red(&back, 2_400, 300));
        let small = photo(jpeg(&red_and_blue(100, 50), None));
        assert_eq!((small.width, small.height), (100, 50), "never made larger");
    }

    #[test]
    fn png_and_webp_become_jpeg_on_white_paper() {
        let clear = RgbaImage::from_pixel(16, 16, Rgba([0, 0, 0, 0]));
        let (mut png, mut webp) = (Vec::new(), Vec::new());
        let size = (16, 16, ExtendedColorType::Rgba8);
        PngEncoder::new(&mut png)
            .write_image(&clear, size.0, size.1, size.2)
            .unwrap();
        WebPEncoder::new_lossless(&mut webp)
            .write_image(&clear, size.0, size.1, size.2)
            .unwrap();
        for bytes in [png, webp] {
            let kept = photo(bytes);
            assert_eq!(&kept.jpeg[..3], b"\xff\xd8\xff");
            let back = image::load_from_memory(&kept.jpeg).unwrap().into_rgb8();
            assert!(back.pixels().all(|pixel| pixel.0.iter().all(|c| *c > 250)));
        }
        assert_eq!(over_white(0, 128), 127);
        assert_eq!(over_white(200, 255), 200);
    }

    /// The header of a PNG: signature and IHDR with its checksum (RFC 2083).
    fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut chunk = b"IHDR".to_vec();
        chunk.extend(width.to_be_bytes());
        chunk.extend(height.to_be_bytes());
        chunk.extend([8, 2, 0, 0, 0]);
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
        bytes.extend(&chunk);
        bytes.extend(crc(&chunk).to_be_bytes());
        bytes.extend(b"\0\0\0\0IDAT");
        bytes.extend(crc(b"IDAT").to_be_bytes());
        bytes
    }

    fn crc(bytes: &[u8]) -> u32 {
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
            })
        };
        !bytes.iter().fold(u32::MAX, step)
    }

    /// The header of a baseline JPEG: only the frame.
    fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        bytes.extend(b"\xff\xc0\0\x11\x08");
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend(b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01");
        bytes.extend(b"\xff\xda\0\x0c\x03\x01\0\x02\x11\x03\x11\0\x3f\0\xff\xd9");
        bytes
    }

    #[test]
    fn a_picture_of_too_many_pixels_is_refused_by_its_header() {
        let cases = [
            (png_of(50_000, 50_000), (50_000, 50_000)),
            (png_of(8_000, 8_000), (8_000, 8_000)),
            (png_of(20_001, 1), (20_001, 1)),
            (jpeg_of(50_000, 50_000), (50_000, 50_000)),
        ];
        for (bytes, (width, height)) in cases {
            let refused = Unfit::Picture(BadPicture::TooManyPixels { width, height });
            assert_eq!(take(bytes), Err(refused));
        }
    }

    #[test]
    fn a_damaged_picture_is_refused_and_never_stops_us() {
        let whole = jpeg(&red_and_blue(64, 64), Some(exif(6)));
        for part in 4..whole.len() {
            // A picture cut off in its pixels may still be shown in part: both answers are right.
            let _answer = take(whole[..part].to_vec());
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            let _answer = take(bytes);
        }
        let bare = take(b"\xff\xd8\xff\xe0".to_vec());
        assert!(matches!(bare, Err(Unfit::Picture(BadPicture::Damaged(_)))));
    }
}
