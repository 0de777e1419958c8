//! An error's variant and fields, which no program but the library can build to compare with.

/// Asserts that an error is of this variant with these values in its fields.
macro_rules! assert_error {
    ($error:expr, $variant:ident { .. }) => {
        assert_error!($error, $variant {})
    };
    ($error:expr, $variant:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        let error = &$error;
        assert!(
            matches!(error, pcsc_session::Error::$variant { .. }),
            "{error:?} is no {}",
            stringify!($variant)
        );
        $({
            // Before the field has its name.
            let expected = $value;
            if let pcsc_session::Error::$variant { $field, .. } = error {
                assert_eq!(*$field, expected);
            }
        })*
    }};
}
