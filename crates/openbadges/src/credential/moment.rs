//! Points in time as credentials write them.

use jiff::civil;
use jiff::{Timestamp, tz};
use serde_json::Value;

use crate::card::Moment;

/// Reads an XML Schema `dateTime` with a zone: `2024-05-01T09:30:00Z`, `...+02:00` (and, because issuers write
/// it, `...+0200`). Without a zone it denotes no instant, and OB 2.0 and 3.0 both ask for one.
pub(crate) fn parse(text: &str) -> Option<Moment> {
    let (civil, zone) = split_zone(text)?;
    moment(text, civil_time(civil)?, offset(zone)?)
}

/// As [`parse`], and also what older badges hold: a date alone, or a time without a zone, both read as UTC.
pub(crate) fn parse_leniently(text: &str) -> Option<Moment> {
    parse(text).or_else(|| {
        let day = || if text.len() == 10 { text.parse::<civil::Date>().ok() } else { None };
        let civil = civil_time(text).or_else(|| Some(day()?.at(0, 0, 0, 0)))?;
        moment(text, civil, tz::Offset::UTC)
    })
}

/// Reads a date as badges before Open Badges 2.0 write it: ISO 8601 in the extended or the basic form, also a date
/// alone, a month alone or a time without a zone (all read as UTC), or seconds since 1970 in up to ten digits.
pub(crate) fn parse_old(value: &Value) -> Option<Moment> {
    match value {
        Value::Number(_) => of_seconds(value.as_i64().or_else(|| whole_seconds(value.as_f64()?))?),
        Value::String(text) if is_seconds(text) => of_seconds(text.get(..10)?.parse().ok()?),
        Value::String(text) => parse_leniently(text).or_else(|| {
            let read = parse_leniently(&extended(text)?)?;
            Some(Moment { text: text.clone(), ..read })
        }),
        _ => None,
    }
}

/// Ten digits, perhaps with a fraction, which is left aside.
fn is_seconds(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    whole.len() == 10 && digits(whole) && digits(fraction)
}

/// Ten digits are the most that the schema of Open Badges 0.5 to 1.1 gives a time stamp.
fn of_seconds(seconds: i64) -> Option<Moment> {
    if !(0..=9_999_999_999).contains(&seconds) {
        return None;
    }
    parse(&Timestamp::from_second(seconds).ok()?.to_string())
}

/// The extended form of an ISO 8601 date or date-time in the basic form, without a day, with a decimal comma or with
/// a fraction of a minute.
fn extended(text: &str) -> Option<String> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let date = match (date.len(), digits(date)) {
        (8, true) => format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]),
        (6, true) => format!("{}-{}-01", &date[..4], &date[4..]),
        (7, false) => format!("{date}-01"),
        _ => date.to_owned(),
    };
    let Some(time) = time else { return Some(date) };
    let end = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(end)?;
    let clock = clock.replace(',', ".");
    let (whole, fraction) = clock.split_once('.').unwrap_or((&clock, ""));
    let whole = match (whole.len(), digits(whole)) {
        (4, true) => format!("{}:{}", &whole[..2], &whole[2..]),
        (6, true) => format!("{}:{}:{}", &whole[..2], &whole[2..4], &whole[4..]),
        _ => whole.to_owned(),
    };
    let fraction = match (fraction, whole.len()) {
        ("", _) => String::new(),
        (fraction, 5) if digits(fraction) && fraction.len() <= 3 => {
            let thousandths: u32 = format!("{fraction:0<3}").parse().ok()?;
            format!(":{:02}", thousandths * 60 / 1000)
        }
        (fraction, _) => format!(".{fraction}"),
    };
    Some(format!("{date}T{whole}{fraction}{zone}"))
}

/// The instant of a property that should be a date-time with a zone.
pub(crate) fn instant(value: &Value) -> Option<Timestamp> {
    Some(parse(value.as_str()?)?.instant)
}

/// A JWT `NumericDate` as a date-time, for the property that it stands for. Absurd numbers give nothing.
pub(crate) fn of_numeric_date(value: &Value) -> Option<Value> {
    numeric_date(value).map(|instant| Value::String(instant.to_string()))
}

/// The instant of a JWT `NumericDate` (RFC 7519, 2): seconds since the epoch, a number.
pub(crate) fn numeric_date(value: &Value) -> Option<Timestamp> {
    let seconds = value.as_i64().or_else(|| whole_seconds(value.as_f64()?))?;
    Timestamp::from_second(seconds).ok()
}

#[allow(clippy::cast_possible_truncation, reason = "the range is checked first")]
fn whole_seconds(seconds: f64) -> Option<i64> {
    (seconds.abs() < 1e12).then(|| seconds.floor() as i64)
}

fn moment(text: &str, civil: civil::DateTime, offset: tz::Offset) -> Option<Moment> {
    let instant = offset.to_timestamp(civil).ok()?;
    Some(Moment { text: text.to_owned(), instant, date: civil.date().to_string() })
}

/// Parts the zone from the end: `Z`, `+hh:mm`, `-hh:mm` or the same without the colon.
fn split_zone(text: &str) -> Option<(&str, &str)> {
    if let Some(civil) = text.strip_suffix(['Z', 'z']) {
        return Some((civil, "+00:00"));
    }
    let time = text.find(['T', 't'])?;
    let sign = text.get(time..)?.rfind(['+', '-'])? + time;
    Some(text.split_at(sign))
}

/// `2024-05-01T09:30:00.123` in the civil calendar; the seconds may be left out, as ISO 8601 allows.
fn civil_time(text: &str) -> Option<civil::DateTime> {
    let is_shaped = |text: &str, shape: &[u8]| {
        text.len() == shape.len()
            && text.bytes().zip(shape).all(|(have, want)| match want {
                b'd' => have.is_ascii_digit(),
                b'T' => matches!(have, b'T' | b't'),
                other => have == *other,
            })
    };
    let (minutes, seconds) = text.split_at_checked("2024-05-01T09:30".len())?;
    if !is_shaped(minutes, b"dddd-dd-ddTdd:dd") {
        return None;
    }
    if seconds.is_empty() {
        return minutes.parse().ok();
    }
    let (seconds, fraction) = seconds.split_at_checked(":00".len())?;
    let is_fraction =
        |digits: &str| !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_shaped(seconds, b":dd")
        || !(fraction.is_empty() || fraction.strip_prefix('.').is_some_and(is_fraction))
    {
        return None;
    }
    // Finer than a nanosecond is more than a clock can tell; jiff reads nine digits.
    text.get(..text.len().min("2024-05-01T09:30:00.123456789".len()))?.parse().ok()
}

fn offset(zone: &str) -> Option<tz::Offset> {
    let (sign, digits) = zone.split_at_checked(1)?;
    let digits: String = digits.split(':').collect();
    if digits.len() != 4 || zone.len() > 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    let seconds = (hours * 60 + minutes) * 60;
    tz::Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_keeps_the_issuers_calendar_date() {
        let moment = parse("2024-01-01T00:30:00+02:00").unwrap();
        assert_eq!(moment.date, "2024-01-01");
        assert_eq!(moment.instant.to_string(), "2023-12-31T22:30:00Z");
    }

    #[test]
    fn reads_what_issuers_write() {
        for text in [
            "2016-12-31T23:59:59Z",
            "2016-12-31T23:59:59.999999Z",
            "2016-12-31T23:59:60Z",
            "2017-06-01T10:00:00+0800",
            "2017-09-30T00:00Z",
        ] {
            assert!(parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn without_a_zone_there_is_no_instant() {
        for text in [
            "2016-12-31",
            "2016-12-31T23:59:59",
            "1483228799",
            "",
            "T",
            "Z",
            "2016-13-01T00:00:00Z",
            "2016-1-1T0:0:0Z",
            "2016-12-31 23:59:59Z",
            "2016-12-31T23:59:59+99:00",
            "2016-12-31T23:59:59+",
            "２016-12-31T23:59:59Z",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
        assert!(parse_leniently("2016-12-31").is_some());
        assert!(parse_leniently("2016-12-31T23:59:59").is_some());
    }

    #[test]
    fn older_badges_write_dates_in_many_ways() {
        for (written, instant) in [
            (serde_json::json!(1_361_561_067), "2013-02-22T19:24:27Z"),
            (serde_json::json!("1361561067"), "2013-02-22T19:24:27Z"),
            (serde_json::json!("1361561067.5"), "2013-02-22T19:24:27Z"),
            (serde_json::json!(1_361_561_067.5), "2013-02-22T19:24:27Z"),
            (serde_json::json!("2013-02-21"), "2013-02-21T00:00:00Z"),
            (serde_json::json!("2013-02"), "2013-02-01T00:00:00Z"),
            (serde_json::json!("20130221"), "2013-02-21T00:00:00Z"),
            (serde_json::json!("20130221T1518-0500"), "2013-02-21T20:18:00Z"),
            (serde_json::json!("20130221T1518.500-0500"), "2013-02-21T20:18:30Z"),
            (serde_json::json!("2013-02-21T15:18:10,5Z"), "2013-02-21T15:18:10.5Z"),
        ] {
            assert_eq!(parse_old(&written).unwrap().instant.to_string(), instant, "{written}");
        }
        for wrong in [
            "2013022",
            "20",
            "January 12th",
            "1361561085305",
            "2001-10-190-19",
            "\u{e9}\u{e9}\u{e9}\u{e9}",
            "",
        ] {
            assert!(parse_old(&serde_json::json!(wrong)).is_none(), "{wrong}");
        }
        assert!(parse_old(&serde_json::json!(-1)).is_none() && parse_old(&serde_json::json!(1e10)).is_none());
    }

    #[test]
    fn numeric_dates_are_numbers_in_range() {
        assert_eq!(
            numeric_date(&serde_json::json!(1_262_304_000)).unwrap().to_string(),
            "2010-01-01T00:00:00Z"
        );
        for absurd in [serde_json::json!("1262304000"), serde_json::json!(1e300), serde_json::json!(null)] {
            assert!(numeric_date(&absurd).is_none(), "{absurd}");
        }
    }
}
