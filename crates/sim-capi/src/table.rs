//! What the list of `pcsc-sys` becomes here: the exported symbols, on Windows with its calling convention.

/// Makes an exported C function of each entry of the list, which calls the simulator's.
macro_rules! functions {
    ($(
        $(#[doc = $doc:literal])*
        $(#[cfg($($cfg:tt)*)])?
        $kind:ident fn $name:ident($($arg:ident: $type:ty $(as $header:ty)?),* $(,)?) -> $return:ty $(, macos $macos:literal)?;
    )*) => {
        $(
            $(#[cfg($($cfg)*)])?
            export! {
                $($macos)?
                pub unsafe extern "system" fn $name($($arg: $type),*) -> $return {
                    // SAFETY: the caller's promises for this function are those of the simulator's own.
                    unsafe { (crate::service::functions().$name)($($arg),*) }
                }
            }
        )*

        /// The names of the exported functions.
        #[cfg(test)]
        pub(crate) const EXPORTED: &[&str] = &[
            $( $(#[cfg($($cfg)*)])? stringify!($name), )*
        ];
    };
}

/// Exports a function under its name, or under macOS' own where it has one.
macro_rules! export {
    ($macos:literal $function:item) => {
        #[cfg_attr(target_os = "macos", unsafe(export_name = $macos))]
        #[cfg_attr(not(target_os = "macos"), unsafe(no_mangle))]
        $function
    };
    ($function:item) => {
        #[unsafe(no_mangle)]
        $function
    };
}
