//! The phone numbers of emergency services.

/// The emergency numbers of all countries, because a person may have any of them in mind, wherever
/// our number is. They are those of Google's `ShortNumberMetadata.xml` 9.0, which crate
/// `rlibphonenumber` does not have.
/// <https://github.com/google/libphonenumber/blob/master/resources/ShortNumberMetadata.xml>
const EMERGENCY_NUMBERS: &str = "
01 02 03 13 14 15 16 17 18 19 90 91 92 93 94 000 001 002 003 011 019 022 033 050 060 065 066
068 080 085 088 100 101 102 103 104 105 106 107 108 110 111 112 113 114 115 116 117 118 119
120 122 123 124 125 127 128 129 130 131 132 133 140 144 150 151 152 153 154 155 156 157 158
159 160 166 170 171 172 175 177 180 188 190 191 192 193 194 195 197 198 199 211 311 333 355
511 555 666 819 888 901 902 903 911 912 913 917 919 922 933 939 955 977 990 991 992 993 994
995 996 997 998 999 1122 1220 1298 1444 1669 1730 2611 9999 10111 10177 90000
";

/// Whether digits are an emergency number somewhere, by themselves or behind zeros: `911`,
/// `0911`, `00 112`.
pub(super) fn is_emergency(digits: &str) -> bool {
    let mut spelling = digits;
    loop {
        if EMERGENCY_NUMBERS.split_ascii_whitespace().any(|number| number == spelling) {
            return true;
        }
        match spelling.strip_prefix('0') {
            Some(rest) => spelling = rest,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emergency_numbers_of_any_country_are_known() {
        for number in [
            "911", "112", "999", "000", "110", "113", "117", "118", "119", "100", "111", "122",
            "190", "10111", "0911", "00112", "15", "017",
        ] {
            assert!(is_emergency(number), "{number}");
        }
        for number in ["", "0", "800", "72345", "9111", "5005550100"] {
            assert!(!is_emergency(number), "{number}");
        }
    }
}
