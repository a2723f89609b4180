//! QR codes as SVG: one path, square modules, no style attribute, so that a strict content policy
//! lets it through and a printer draws it sharp.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder, QRCode};
use linli_kernel::Fault;

/// The blank border that ISO/IEC 18004 asks for, in modules.
const QUIET_ZONE: usize = 4;

/// The QR code of `text` as an SVG image, with error correction level M.
///
/// # Errors
/// [`Fault::Setting`] when the text does not fit a QR code (about 2,300 bytes).
pub fn svg(text: &str) -> Result<String, Fault> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().map_err(|error| {
        Fault::Setting(format!("no QR code for a text of this length: {error}"))
    })?;
    let side = code.size + 2 * QUIET_ZONE;
    let path = modules(&code);
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>"##
    ))
}

/// The dark modules, a run of neighbours in a row as one rectangle.
fn modules(code: &QRCode) -> String {
    let mut path = String::new();
    for y in 0..code.size {
        let row = &code[y];
        let mut x = 0;
        while x < code.size {
            let run = row[x..code.size]
                .iter()
                .take_while(|module| module.value())
                .count();
            if run > 0 {
                let (left, top) = (x + QUIET_ZONE, y + QUIET_ZONE);
                write!(path, "M{left} {top}h{run}v1h-{run}z").expect("a String takes all writes");
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let text = "https://example.org/progress/3101-7260-0012-5";
        let code = QRBuilder::new(text).ecl(ECL::M).build().unwrap();
        let dark = (0..code.size)
            .flat_map(|y| code[y][..code.size].iter())
            .filter(|module| module.value())
            .count();
        let drawn: usize = svg(text)
            .unwrap()
            .split('h')
            .skip(2)
            .filter_map(|part| part.split_once('v'))
            .filter_map(|(run, _)| run.parse::<usize>().ok())
            .sum();
        // The first run is the white ground, as wide as the image.
        let side = code.size + 2 * QUIET_ZONE;
        assert!(drawn == dark || drawn == dark + side, "{drawn} of {dark}");
    }

    #[test]
    fn what_does_not_fit_is_said() {
        assert!(svg(&"长".repeat(5_000)).is_err());
    }
}
