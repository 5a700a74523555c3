use super::*;

const EMERGENCY: &str = "use a phone";

fn policy(main_number: &str, allowed: &str) -> Rules {
    Rules::new(main_number.parse().unwrap(), allowed).unwrap()
}

fn detail(error: Error) -> String {
    let problem = error.problem().unwrap();
    assert_eq!((problem.status, problem.field.as_deref()), (422, Some("to")));
    problem.detail.to_string()
}

#[track_caller]
fn assert_read(main_number: &str, table: &[(&str, &str)]) {
    let policy = policy(main_number, "");
    for (typed, number) in table {
        match policy.parse("to", typed) {
            Ok(parsed) => assert_eq!(parsed.as_str(), *number, "{typed}"),
            Err(error) => panic!("{typed}: {}", detail(error)),
        }
    }
}

#[test]
fn numbers_are_read_as_people_write_them() {
    assert_read(
        "+15005550100",
        &[
            ("+15005550111", "+15005550111"),
            ("+15556667777", "+15556667777"),
            (" +1 (415) 555-2671 ", "+14155552671"),
            ("+1.415.555.2671", "+14155552671"),
            ("+1 1 415 555 2671", "+14155552671"),
            ("\u{202a}+1\u{a0}415\u{2011}555\u{2011}2671\u{202c}", "+14155552671"),
            ("415 555 2671", "+14155552671"),
            ("1-415-555-2671", "+14155552671"),
            ("(500) 555-0111", "+15005550111"),
            ("555 666 7777", "+15556667777"),
            ("011 44 20 7946 0958", "+442079460958"),
            ("+44 (0)20 7946 0958", "+442079460958"),
            ("+49 (0)30 123456", "+4930123456"),
            ("+39 06 1234 5678", "+390612345678"),
            ("+375 801 1234567", "+3758011234567"),
            ("+7 800 555 35 35", "+78005553535"),
            ("+54 9 11 1234 5678", "+5491112345678"),
            ("+881 6 1234 5678", "+881612345678"),
            ("+52 1 55 1234 5678", "+525512345678"),
            ("011 52 1 55 1234 5678", "+525512345678"),
            ("011 33 1 23 45 67 89", "+33123456789"),
            ("011 61 1900 123 456", "+611900123456"),
        ],
    );
    assert_read(
        "+442079460100",
        &[
            ("020 7946 0958", "+442079460958"),
            ("07400 123456", "+447400123456"),
            ("00 49 30 123456", "+4930123456"),
            ("+1 415 555 2671", "+14155552671"),
        ],
    );
    assert_read("+4930123400", &[("030/123456", "+4930123456"), ("0171 1234567", "+491711234567")]);
    assert_read(
        "+390612345600",
        &[("06 1234 5678", "+390612345678"), ("347 1234567", "+393471234567")],
    );
    assert_read("+78005553500", &[("8 (495) 123-45-67", "+74951234567")]);
}

#[test]
fn emergency_numbers_are_refused_however_they_are_spelled() {
    for home in ["+15005550100", "+442079460100", "+4930123400", "+390612345600", "+61291234567"] {
        let policy = policy(home, "");
        for typed in [
            "911",
            "112",
            "999",
            "000",
            "110",
            "113",
            "117",
            "118",
            "119",
            "100",
            "9-1-1",
            " 911 ",
            "0911",
            "00911",
            "+911",
            "+1911",
            "+1 911",
            "+1-911",
            "+44999",
            "+44 (0)999",
            "+49112",
            "+49 110",
            "+61000",
            "+33 112",
            "+19115550100",
        ] {
            let Err(error) = policy.parse("to", typed) else { panic!("{home}: {typed}") };
            let detail = detail(error);
            assert!(detail.contains(EMERGENCY), "{home}: {typed}: {detail}");
        }
    }
    for typed in ["1911", "1 911", "011 44 999", "011 1 911", "(911) 555-0100", "1 911 555 0100"] {
        let error = policy("+15005550100", "").parse("to", typed).unwrap_err();
        assert!(detail(error).starts_with("emergency services"), "{typed}");
    }
    for number in ["+1911", "+44999", "+19115550100"] {
        let error = policy("+15005550100", "").check("to", &number.parse().unwrap()).unwrap_err();
        assert!(detail(error).starts_with("emergency services"), "{number}");
    }
}

#[test]
fn what_is_no_whole_number_is_refused() {
    for typed in [
        "",
        " ",
        "+",
        "hello",
        "call 415 555 2671",
        "1-800-FLOWERS",
        "72345",
        "411",
        "988",
        "*67",
        "555-2671",
        "+1 415 555 267",
        "+1 415 555 26711",
        "+999 123 4567",
        "+0 415 555 2671",
        "415+5552671",
        "++14155552671",
        "4155552671;ext=5",
        "tel:+14155552671",
        "a@example.com",
        "+441234567890123456789",
        "\u{661}\u{662}\u{663}",
    ] {
        let parsed = policy("+15005550100", "").parse("to", typed);
        assert!(parsed.is_err(), "{typed}: {:?}", parsed.unwrap().as_str());
    }
    assert!(policy("+15005550100", "").parse("to", &"1".repeat(10_000)).is_err());
}

#[track_caller]
fn assert_allowed(policy: &Rules, table: &[(&str, bool)]) {
    for (number, allowed) in table {
        let checked = policy.check("to", &number.parse().unwrap());
        assert_eq!(
            checked.is_ok(),
            *allowed,
            "{number} {}",
            checked.err().map_or(String::new(), detail)
        );
    }
}

#[test]
fn only_countries_that_are_allowed_are_reached() {
    assert_allowed(
        &policy("+15005550100", ""),
        &[
            ("+15005550111", true),
            ("+15556667777", true),
            ("+14155552671", true),
            ("+12125550100", true),
            ("+18005551234", true),
            // Canada, and islands whose calls cost a dollar a minute.
            ("+14165551234", false),
            ("+12642351234", false),
            ("+18765551234", false),
            ("+18095551234", false),
            ("+12684641234", false),
            ("+14735551234", false),
            ("+442079460958", false),
            ("+4930123456", false),
            ("+88161234567", false),
            ("+8811234567", false),
            ("+881612345678", false),
            ("+870773123456", false),
            ("+80012345678", false),
        ],
    );
    assert_allowed(
        &policy("+15005550100", "gb, DE ,+870"),
        &[
            ("+442079460958", true),
            ("+447400123456", true),
            ("+4930123456", true),
            ("+870773123456", true),
            // Ours is not listed.
            ("+14155552671", false),
            ("+15005550111", false),
            // The Isle of Man and Jersey share the code of Great Britain.
            ("+447624123456", false),
            ("+441534123456", false),
            ("+881612345678", false),
        ],
    );
    // In Canada, what has no area is Canadian.
    assert_allowed(
        &policy("+14165550100", ""),
        &[
            ("+14165551234", true),
            ("+18005551234", true),
            ("+15556667777", true),
            ("+14155552671", false),
        ],
    );
    // The Vatican has a part of Rome's numbers.
    let rome = [("+390612345678", true), ("+393471234567", true), ("+390669812345", false)];
    assert_allowed(&policy("+390612345600", ""), &rome);
    assert_allowed(&policy("+78005553500", ""), &[("+74951234567", true), ("+77012345678", false)]);
}

#[test]
fn numbers_at_a_special_rate_are_refused_for_everybody() {
    let policy = policy("+15005550100", "US,GB,DE,AU,979");
    for number in [
        "+19005551234",
        "+449012345678",
        "+448712345678",
        "+499001234567",
        "+611900123456",
        "+979123456789",
    ] {
        let number = number.parse().unwrap();
        let refusals =
            [policy.check("to", &number), policy.check_personal("to", &number).map(drop)];
        for refusal in refusals {
            assert!(detail(refusal.unwrap_err()).contains("special rate"), "{}", number.as_str());
        }
    }
    for number in ["+15005550111", "+18005551234", "+443001234567"] {
        policy.check("to", &number.parse().unwrap()).unwrap();
    }
}

#[test]
fn pagers_personal_numbers_and_our_own_are_refused_for_everybody() {
    for (main, number, says) in [
        ("+442079460000", "+447012345678", "personal"),
        ("+442079460000", "+447612345678", "personal"),
        ("+442079460000", "+442079460000", "our own"),
    ] {
        let (policy, number) = (policy(main, ""), number.parse().unwrap());
        for refusal in [policy.check("to", &number), policy.check_personal("to", &number)] {
            assert!(detail(refusal.unwrap_err()).contains(says), "{number}");
        }
    }
}

#[test]
fn our_own_people_may_be_anywhere() {
    let policy = policy("+15005550100", "");
    for number in ["+4917112345678", "+18765551234", "+15005550122"] {
        policy.check_personal("to", &number.parse().unwrap()).unwrap();
    }
}

#[test]
fn a_number_tells_its_country_and_what_it_is_for() {
    let table = [
        ("+15005550100", Some("US"), "+1", PhoneType::PersonalNumber),
        ("+14165551234", Some("CA"), "+1", PhoneType::FixedLineOrMobile),
        ("+18005551234", Some("US"), "+1", PhoneType::TollFree),
        ("+18765551234", Some("JM"), "+1", PhoneType::Mobile),
        ("+390612345678", Some("IT"), "+39", PhoneType::FixedLine),
        ("+447400123456", Some("GB"), "+44", PhoneType::Mobile),
        ("+15556667777", Some("US"), "+1", PhoneType::Unknown),
        ("+881612345678", None, "+881", PhoneType::Mobile),
    ];
    for (number, country, code, phone_type) in table {
        let parsed = number.parse().unwrap();
        let told = (country_of(&parsed), calling_code_of(&parsed), phone_type_of(&parsed));
        let country = country.map(str::to_owned);
        assert_eq!(told, (country, Some(code.to_owned()), phone_type), "{number}");
    }
    assert_eq!(country_of(&"+999123456".parse().unwrap()), None);
}

#[test]
fn a_deployment_with_a_wrong_country_does_not_start() {
    for allowed in ["USA", "XX", "001", "49", "U S"] {
        assert!(Rules::new("+15005550100".parse().unwrap(), allowed).is_err(), "{allowed}");
    }
    assert!(Rules::new("+999123456".parse().unwrap(), "").is_err());
}
