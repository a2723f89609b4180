//! A map as SVG: communities as dots by their people, facilities as squares, ways as lines, with a
//! legend and a bar of metres. Chinese first, then English.

use std::fmt::Write as _;

use crate::datum::Datum;
use crate::travel::Spot;

/// How a dot looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Well served.
    Good,
    /// Less so.
    Fair,
    /// Poorly.
    Poor,
    /// Left out.
    Out,
}

/// How a square looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It stands.
    Stands,
    /// It is to be built.
    Chosen,
    /// It was possible, and is not chosen.
    Left,
}

/// A community.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Where.
    pub spot: Spot,
    /// How many people.
    pub people: u64,
    /// How well they are served.
    pub tone: Tone,
    /// The site they go to, if a line is to be drawn.
    pub goes: Option<usize>,
}

/// A map.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture<'a> {
    /// The headline.
    pub title: &'a str,
    /// What the tones mean, in their order; empty ones are left out.
    pub tones: [&'a str; 4],
    /// Communities.
    pub dots: Vec<Dot>,
    /// Facilities and sites, with their names.
    pub squares: Vec<(Spot, Mark, String)>,
}

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 720.0;
const TOP: f64 = 56.0;
const SIDE: f64 = 24.0;
const FOOT: f64 = 72.0;
const COLOURS: [&str; 4] = ["#1a7f5a", "#d9a400", "#d9661f", "#b3261e"];

impl Picture<'_> {
    /// The map as an SVG document that needs nothing else.
    #[must_use]
    pub fn svg(&self) -> String {
        let frame = Frame::around(
            self.dots
                .iter()
                .map(|dot| dot.spot)
                .chain(self.squares.iter().map(|square| square.0)),
        );
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             font-family=\"'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',sans-serif\">\n\
             <title>{0}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"{SIDE}\" y=\"34\" font-size=\"20\" font-weight=\"600\" fill=\"#1b1b1b\">{0}</text>\n",
            escaped(self.title)
        );
        self.ways(&frame, &mut svg);
        self.communities(&frame, &mut svg);
        self.sites(&frame, &mut svg);
        self.legend(&frame, &mut svg);
        svg.push_str("</svg>\n");
        svg
    }

    fn ways(&self, frame: &Frame, svg: &mut String) {
        svg.push_str("<g stroke=\"#9aa5b1\" stroke-width=\"0.8\">\n");
        for dot in &self.dots {
            let Some((spot, ..)) = dot.goes.and_then(|site| self.squares.get(site)) else {
                continue;
            };
            let ((x1, y1), (x2, y2)) = (frame.place(dot.spot), frame.place(*spot));
            draw(
                svg,
                format_args!(
                    "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>\n"
                ),
            );
        }
        svg.push_str("</g>\n");
    }

    fn communities(&self, frame: &Frame, svg: &mut String) {
        let most = self
            .dots
            .iter()
            .map(|dot| dot.people)
            .max()
            .unwrap_or(0)
            .max(1);
        svg.push_str("<g fill-opacity=\"0.75\">\n");
        for dot in &self.dots {
            let (x, y) = frame.place(dot.spot);
            let radius = 2.0 + 7.0 * (real(dot.people) / real(most)).sqrt();
            let colour = COLOURS[tone(dot.tone)];
            draw(
                svg,
                format_args!(
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{colour}\"/>\n"
                ),
            );
        }
        svg.push_str("</g>\n");
    }

    fn sites(&self, frame: &Frame, svg: &mut String) {
        let few = self
            .squares
            .iter()
            .filter(|square| square.1 != Mark::Left)
            .count()
            <= 60;
        for (spot, mark, name) in &self.squares {
            let (x, y) = frame.place(*spot);
            square(svg, x, y, *mark);
            if few && *mark != Mark::Left {
                let name = escaped(name);
                draw(
                    svg,
                    format_args!(
                        "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"12\" fill=\"#1b1b1b\" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\">{name}</text>\n",
                        x + 9.0,
                        y + 4.0
                    ),
                );
            }
        }
    }

    fn legend(&self, frame: &Frame, svg: &mut String) {
        let (mut x, y) = (SIDE, HEIGHT - 24.0);
        let mut entry = |svg: &mut String, label: &str, colour: Option<&str>, mark: Mark| {
            match colour {
                Some(colour) => draw(
                    svg,
                    format_args!(
                        "<circle cx=\"{:.1}\" cy=\"{y:.1}\" r=\"6\" fill=\"{colour}\"/>\n",
                        x + 6.0
                    ),
                ),
                None => square(svg, x + 6.0, y, mark),
            }
            let text = escaped(label);
            draw(
                svg,
                format_args!(
                    "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"13\" fill=\"#1b1b1b\">{text}</text>\n",
                    x + 18.0,
                    y + 4.5
                ),
            );
            // Chinese characters are about twice as wide as Latin ones.
            let wide: f64 = label
                .chars()
                .map(|c| if c.is_ascii() { 7.0 } else { 13.0 })
                .sum();
            x += 34.0 + wide;
        };
        let present = |wanted: Mark| self.squares.iter().any(|square| square.1 == wanted);
        for (label, colour) in self
            .tones
            .iter()
            .zip(COLOURS)
            .filter(|(label, _)| !label.is_empty())
        {
            entry(svg, label, Some(colour), Mark::Stands);
        }
        for (mark, label) in [
            (Mark::Stands, "现有 stands"),
            (Mark::Chosen, "新选 chosen"),
            (Mark::Left, "未选 not chosen"),
        ] {
            if present(mark) {
                entry(svg, label, None, mark);
            }
        }
        let (metres, label) = frame.bar();
        let (right, above) = (WIDTH - SIDE, HEIGHT - 50.0);
        let left = right - metres * frame.scale;
        draw(
            svg,
            format_args!(
                "<path d=\"M{left:.1} {above}v6H{right}v-6\" fill=\"none\" stroke=\"#1b1b1b\"/>\n\
             <text x=\"{right}\" y=\"{:.1}\" font-size=\"12\" text-anchor=\"end\" fill=\"#1b1b1b\">{label}</text>\n",
                above - 4.0
            ),
        );
    }
}

/// Where metres lie on the paper.
struct Frame {
    west: f64,
    north: f64,
    scale: f64,
    /// How much narrower a degree of longitude is here than one of latitude.
    squeeze: f64,
}

impl Frame {
    fn around(spots: impl Iterator<Item = Spot> + Clone) -> Self {
        let lats = spots.clone().filter_map(|spot| match spot {
            Spot::Earth(at) => Some(at.to(Datum::Cgcs2000).lat()),
            Spot::Plane { .. } => None,
        });
        let (low, high) = ends(lats);
        let squeeze = libm::cos(((low + high) / 2.0).to_radians()).max(0.01);
        let (west, east) = ends(spots.clone().map(|spot| metres(spot, squeeze).0));
        let (south, north) = ends(spots.map(|spot| metres(spot, squeeze).1));
        let across = (WIDTH - 2.0 * SIDE - 60.0) / (east - west).max(1.0);
        let down = (HEIGHT - TOP - FOOT - 20.0) / (north - south).max(1.0);
        Self {
            west,
            north,
            scale: across.min(down),
            squeeze,
        }
    }

    fn place(&self, spot: Spot) -> (f64, f64) {
        let (x, y) = metres(spot, self.squeeze);
        (
            SIDE + 10.0 + (x - self.west) * self.scale,
            TOP + 10.0 + (self.north - y) * self.scale,
        )
    }

    /// A round number of metres about an eighth of the paper wide, and how it is written.
    fn bar(&self) -> (f64, String) {
        let wanted = WIDTH / 8.0 / self.scale;
        let mut metres = 1.0;
        for step in [2.0, 2.5, 2.0].into_iter().cycle().take(30) {
            if metres * step > wanted {
                break;
            }
            metres *= step;
        }
        let label = if metres >= 1000.0 {
            format!("{} km", metres / 1000.0)
        } else {
            format!("{metres} m")
        };
        (metres, label)
    }
}

/// About so many metres east and north.
fn metres(spot: Spot, squeeze: f64) -> (f64, f64) {
    match spot {
        Spot::Plane { x, y } => (x, y),
        Spot::Earth(at) => {
            let level = at.to(Datum::Cgcs2000);
            (level.lon() * 111_320.0 * squeeze, level.lat() * 110_950.0)
        }
    }
}

/// The least and the greatest; zeros where there is none.
fn ends(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let ends = numbers.fold(None, |ends: Option<(f64, f64)>, number| {
        Some(ends.map_or((number, number), |(low, high)| {
            (low.min(number), high.max(number))
        }))
    });
    ends.unwrap_or((0.0, 0.0))
}

fn tone(tone: Tone) -> usize {
    match tone {
        Tone::Good => 0,
        Tone::Fair => 1,
        Tone::Poor => 2,
        Tone::Out => 3,
    }
}

fn square(svg: &mut String, x: f64, y: f64, mark: Mark) {
    let (half, fill, line) = match mark {
        Mark::Stands => (5.0, "#2b4c7e", "#fff"),
        Mark::Chosen => (7.0, "#7b2d8b", "#fff"),
        Mark::Left => (2.5, "#fff", "#8a94a0"),
    };
    let (left, top, side) = (x - half, y - half, 2.0 * half);
    draw(
        svg,
        format_args!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{side}\" height=\"{side}\" fill=\"{fill}\" stroke=\"{line}\"/>\n"
        ),
    );
}

fn draw(svg: &mut String, what: std::fmt::Arguments<'_>) {
    svg.write_fmt(what)
        .expect("writing to a string never fails");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[expect(clippy::cast_precision_loss, reason = "the size of a dot")]
fn real(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_the_drawing() {
        let spot = |x, y| Spot::Plane { x, y };
        let picture = Picture {
            title: "5 < 15 & more",
            tones: ["15 分钟内 within 15 min", "", "", "够不着 left out"],
            dots: vec![
                Dot {
                    spot: spot(0.0, 0.0),
                    people: 10,
                    tone: Tone::Good,
                    goes: Some(0),
                },
                Dot {
                    spot: spot(900.0, 400.0),
                    people: 0,
                    tone: Tone::Out,
                    goes: None,
                },
            ],
            squares: vec![(spot(0.0, 400.0), Mark::Chosen, "<script>".to_owned())],
        };
        let svg = picture.svg();
        assert!(svg.contains("&lt;script&gt;") && !svg.contains("<script>"));
        assert!(svg.contains("5 &lt; 15 &amp; more"));
        assert_eq!(
            (svg.matches("<circle").count(), svg.matches("<line").count()),
            (4, 1)
        );
        // One place alone, or none, still makes a picture.
        let alone = Picture {
            dots: picture.dots[..1].to_vec(),
            squares: vec![],
            ..picture
        };
        assert!(!alone.svg().contains("NaN") && !alone.svg().contains("inf"));
        let none = Picture {
            dots: vec![],
            ..alone
        };
        assert!(!none.svg().contains("NaN"));
    }
}
