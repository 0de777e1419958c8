//! The crate's public items, read from its sources, and the Rust program that prints what they are as statements of C.

use std::path::PathBuf;

use syn::{Fields, Item, Type, Visibility};

/// A C99 array without a length, which has an offset only.
const FLEXIBLE: &str = "__IncompleteArrayField";

/// What the headers' macros make of these arguments is compared.
const CALLS: [(&str, &[&str]); 2] = [
    ("SCARD_CTL_CODE", &["0", "1", "3400", "0xFFFF"]),
    ("SCARD_ATTR_VALUE", &["0, 0", "0x7FFF, 3", "7, 0xA000"]),
];

/// What stands before the calls of its macros and functions.
const PROGRAM: &str = r#"use pcsc_sys::*;
use std::mem::{align_of, offset_of, size_of};
trait Kind { const KIND: &'static str; }
impl<T> Kind for *const T { const KIND: &'static str = "pointer"; }
impl<T> Kind for *mut T { const KIND: &'static str = "pointer"; }
impl<T, const N: usize> Kind for [T; N] { const KIND: &'static str = "array"; }
macro_rules! kind { ($kind:literal $($T:ty)*) => { $(impl Kind for $T { const KIND: &'static str = $kind; })* }; }
kind!("signed" i8 i16 i32 i64);
kind!("unsigned" u8 u16 u32 u64);
fn field<S, F: Kind>(_: fn(&S) -> *const F) -> String { format!("{}, {}", size_of::<F>(), F::KIND) }
macro_rules! r#type { ($T:ident) => {
    println!("TYPE({}, {}, {}, {})", stringify!($T), size_of::<$T>(), align_of::<$T>(), <$T as Kind>::KIND)
}; }
macro_rules! offset { ($S:ident $f:ident) => {
    println!("OFFSET({}, {}, {})", stringify!($S), stringify!($f), offset_of!($S, $f))
}; }
macro_rules! field { ($S:ident $f:ident) => {
    offset!($S $f);
    println!("FIELD({}, {}, {})", stringify!($S), stringify!($f), field(|s: &$S| &raw const s.$f));
}; }
macro_rules! number { ($kind:literal $T:literal $x:expr) => {
    println!("{}({}, {}, {:#x}ull)", $kind, $T, stringify!($x), $x as i64)
}; }
fn request(text: &str, x: SCARD_IO_REQUEST) {
    println!("REQUEST({text}, {}, {})", x.dwProtocol, x.cbPciLength);
}
"#;

/// The public items, as parts of the program.
#[derive(Default)]
pub(crate) struct Items {
    kinds: String,
    calls: String,
    pub(crate) types: usize,
    pub(crate) fields: usize,
    pub(crate) constants: usize,
}

/// Reads the items of these files, of which each kind must be there.
pub(crate) fn read(files: &[PathBuf]) -> Items {
    let mut items = Items::default();
    for path in files {
        let file = syn::parse_file(&repository::read(path)).expect("the file is Rust");
        file.items.iter().for_each(|item| items.add(item));
    }
    assert!(
        items.types > 0 && items.fields > 0 && items.constants > 0,
        "of {files:?} not all kinds were read"
    );
    items
}

impl Items {
    fn add(&mut self, item: &Item) {
        match item {
            Item::Const(item) if is_public(&item.vis) => {
                let name = item.ident.to_string();
                if matches!(&*item.ty, Type::Ptr(_)) {
                    return self.request(&format!("*{name}"), &format!("unsafe {{ *{name} }}"));
                }
                let c_type = c_type(&item.ty).unwrap_or_else(|| panic!("{name} has a type unknown here"));
                self.number("CONSTANT", c_type, &name);
            }
            Item::Static(item) if is_public(&item.vis) => {
                self.request(&item.ident.to_string(), &item.ident.to_string());
            }
            Item::Fn(item) if is_public(&item.vis) => {
                let name = &item.sig.ident;
                let known = CALLS.iter().find(|(function, _)| name == function);
                let (_, arguments) = known.unwrap_or_else(|| panic!("{name} is a function unknown here"));
                for arguments in *arguments {
                    self.number("NUMBER", "DWORD", &format!("{name}({arguments})"));
                }
            }
            Item::Type(item) if is_public(&item.vis) => self.r#type(&item.ident),
            Item::Struct(item) if is_public(&item.vis) && item.ident != FLEXIBLE => {
                let name = &item.ident;
                self.r#type(name);
                self.kinds += &format!("kind!(\"record\" {name});\n");
                let Fields::Named(fields) = &item.fields else {
                    panic!("{name} has no named fields")
                };
                for field in &fields.named {
                    let is_flexible = last_segment(&field.ty).is_some_and(|name| name == FLEXIBLE);
                    let call = if is_flexible { "offset" } else { "field" };
                    self.calls += &format!(
                        "{call}!({name} {});\n",
                        field.ident.as_ref().expect("it has a name")
                    );
                    self.fields += 1;
                }
            }
            Item::Union(item) if is_public(&item.vis) => panic!("{} is a union: extend items.rs", item.ident),
            Item::Enum(item) if is_public(&item.vis) => panic!("{} is an enum: extend items.rs", item.ident),
            _ => {}
        }
    }

    fn r#type(&mut self, name: &syn::Ident) {
        self.types += 1;
        self.calls += &format!("r#type!({name});\n");
    }

    fn number(&mut self, kind: &str, c_type: &str, value: &str) {
        self.constants += 1;
        self.calls += &format!("number!(\"{kind}\" \"{c_type}\" {value});\n");
    }

    /// Adds expressions of C and of Rust with a `SCARD_IO_REQUEST` as their value.
    fn request(&mut self, c: &str, rust: &str) {
        self.constants += 2;
        self.calls += &format!("request(\"{c}\", SCARD_IO_REQUEST {{ ..{rust} }});\n");
    }

    /// Returns the program over the crate.
    pub(crate) fn rust_program(&self) -> String {
        format!("{PROGRAM}{}fn main() {{\n{}}}\n", self.kinds, self.calls)
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn last_segment(path: &Type) -> Option<String> {
    match path {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// Returns the C type of a constant.
fn c_type(rust: &Type) -> Option<&'static str> {
    match last_segment(rust)?.as_str() {
        "DWORD" => Some("DWORD"),
        "LONG" => Some("LONG"),
        "ULONG" => Some("ULONG"),
        "usize" => Some("size_t"),
        "u8" => Some("uint8_t"),
        _ => None,
    }
}
