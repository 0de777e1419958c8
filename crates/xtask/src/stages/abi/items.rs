//! The crate's public items, read from its sources, and the two programs that print what they are.

use std::path::PathBuf;

use syn::{Fields, Item, ReturnType, Type, Visibility};

use crate::files;

/// A C99 array without a length, which has an offset only.
const FLEXIBLE: &str = "__IncompleteArrayField";

/// What the headers' macros make of these arguments is compared.
const CALLS: [(&str, &[&str]); 2] = [
    ("SCARD_CTL_CODE", &["0", "1", "3400", "0xFFFF"]),
    ("SCARD_ATTR_VALUE", &["0, 0", "0x7FFF, 3", "7, 0xA000"]),
];

/// The public items.
#[derive(Default)]
pub(crate) struct Items {
    /// Names of type aliases.
    aliases: Vec<String>,
    structs: Vec<Struct>,
    constants: Vec<Constant>,
    /// Expressions with a number as their value.
    calls: Vec<String>,
    /// Expressions with a `SCARD_IO_REQUEST` as their value, in C and in Rust.
    requests: Vec<(String, String)>,
}

struct Struct {
    name: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    is_array: bool,
    is_flexible: bool,
}

struct Constant {
    name: String,
    c_type: &'static str,
}

/// Reads the items of these files.
pub(crate) fn read(files: &[PathBuf]) -> Result<Items, String> {
    let mut items = Items::default();
    for path in files {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = files::read(path)?;
        let parsed = syn::parse_file(&text).map_err(|error| failed(&error))?;
        for item in &parsed.items {
            items.add(item).map_err(|error| failed(&error))?;
        }
    }
    Ok(items)
}

impl Items {
    fn add(&mut self, item: &Item) -> Result<(), String> {
        match item {
            Item::Const(item) if is_public(&item.vis) => {
                let name = item.ident.to_string();
                match &*item.ty {
                    Type::Ptr(_) => self
                        .requests
                        .push((format!("*{name}"), format!("unsafe {{ *{name} }}"))),
                    other => {
                        let c_type =
                            c_type(other).ok_or(format!("{name} has a type that items.rs does not know"))?;
                        self.constants.push(Constant { name, c_type });
                    }
                }
            }
            Item::Static(item) if is_public(&item.vis) => {
                self.requests
                    .push((item.ident.to_string(), item.ident.to_string()));
            }
            Item::Fn(item) if is_public(&item.vis) => {
                let name = item.sig.ident.to_string();
                let known = CALLS.iter().find(|(function, _)| *function == name);
                let (_, arguments) =
                    known.ok_or(format!("{name} is a function that items.rs does not know"))?;
                if matches!(item.sig.output, ReturnType::Default) {
                    return Err(format!("{name} returns nothing"));
                }
                self.calls
                    .extend(arguments.iter().map(|arguments| format!("{name}({arguments})")));
            }
            Item::Type(item) if is_public(&item.vis) => self.aliases.push(item.ident.to_string()),
            Item::Struct(item) if is_public(&item.vis) && item.ident != FLEXIBLE => {
                let Fields::Named(fields) = &item.fields else {
                    return Err(format!("{} has no named fields", item.ident));
                };
                let fields = fields.named.iter().filter_map(|field| {
                    Some(Field {
                        name: field.ident.as_ref()?.to_string(),
                        is_array: matches!(field.ty, Type::Array(_)),
                        is_flexible: last_segment(&field.ty).is_some_and(|name| name == FLEXIBLE),
                    })
                });
                self.structs.push(Struct {
                    name: item.ident.to_string(),
                    fields: fields.collect(),
                });
            }
            Item::Union(item) if is_public(&item.vis) => {
                return Err(format!("{} is a union: extend items.rs", item.ident));
            }
            Item::Enum(item) if is_public(&item.vis) => {
                return Err(format!("{} is an enum: extend items.rs", item.ident));
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns the names of all types.
    fn types(&self) -> impl Iterator<Item = &str> {
        let structs = self.structs.iter().map(|item| item.name.as_str());
        self.aliases.iter().map(String::as_str).chain(structs)
    }

    /// Returns the program over the headers.
    pub(crate) fn c_program(&self) -> String {
        let mut text = String::from(
            "#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n#include \"wrapper.h\"\n\
            #define INTEGER(T) default: \"record\", signed char: \"signed\", short: \"signed\", int: \"signed\", \\\n\
            long: \"signed\", long long: \"signed\", unsigned char: \"unsigned\", unsigned short: \"unsigned\", \\\n\
            unsigned: \"unsigned\", unsigned long: \"unsigned\", unsigned long long: \"unsigned\", char: \"signed\"\n\
            /* 5 is GCC's number of the class of pointers. */\n\
            #define KIND(x) (__builtin_classify_type(x) == 5 ? \"pointer\" : _Generic((x), INTEGER()))\n\
            #define TYPE(T) printf(\"type \" #T \": size %zu align %zu %s\\n\", sizeof(T), _Alignof(T), KIND(*(T *)&zero))\n\
            #define OFFSET(S, f) printf(\"field \" #S \".\" #f \": offset %zu\", offsetof(S, f))\n\
            #define FIELD(S, f, kind) OFFSET(S, f), printf(\" size %zu %s\\n\", sizeof(((S *)&zero)->f), kind)\n\
            #define NUMBER(kind, text, T, x) printf(kind \" %s: %016llx\\n\", text, (unsigned long long)(T)(x))\n\
            #define CONSTANT(T, x) NUMBER(\"constant\", #x, T, x); \\\n\
            _Static_assert((T)(x) == (x), #x \" does not fit into \" #T)\n\
            #define REQUEST(text, x) NUMBER(\"constant\", text \" protocol\", DWORD, (x).dwProtocol), \\\n\
            NUMBER(\"constant\", text \" length\", DWORD, (x).cbPciLength)\n\
            static _Alignas(16) char zero[65536];\nint main(void)\n{\n",
        );
        for name in self.types() {
            text += &format!("TYPE({name});\n");
        }
        for Struct { name, fields } in &self.structs {
            for field in fields {
                let field_name = &field.name;
                text += &match (field.is_flexible, field.is_array) {
                    (true, _) => format!("OFFSET({name}, {field_name}); puts(\"\");\n"),
                    (false, true) => format!("FIELD({name}, {field_name}, \"array\");\n"),
                    _ => format!("FIELD({name}, {field_name}, KIND(((({name} *)&zero)->{field_name})));\n"),
                };
            }
        }
        for Constant { name, c_type } in &self.constants {
            text += &format!("CONSTANT({c_type}, {name});\n");
        }
        for call in &self.calls {
            text += &format!("NUMBER(\"constant\", \"{call}\", DWORD, {call});\n");
        }
        for (value, _) in &self.requests {
            text += &format!("REQUEST(\"{value}\", {value});\n");
        }
        text + "return 0;\n}\n"
    }

    /// Returns the program over the crate.
    pub(crate) fn rust_program(&self) -> String {
        let mut text = String::from(
            "use pcsc_sys::*;\nuse std::mem::{align_of, offset_of, size_of};\n\
            trait Kind { const KIND: &'static str; }\n\
            impl<T> Kind for *const T { const KIND: &'static str = \"pointer\"; }\n\
            impl<T> Kind for *mut T { const KIND: &'static str = \"pointer\"; }\n\
            impl<T, const N: usize> Kind for [T; N] { const KIND: &'static str = \"array\"; }\n\
            macro_rules! kind { ($kind:literal $($T:ty)*) => { $(impl Kind for $T { const KIND: &'static str = $kind; })* }; }\n\
            kind!(\"signed\" i8 i16 i32 i64);\nkind!(\"unsigned\" u8 u16 u32 u64);\n\
            fn kind<T: Kind>() -> &'static str { T::KIND }\n\
            fn field<S, F: Kind>(_: fn(&S) -> *const F) -> (usize, &'static str) { (size_of::<F>(), F::KIND) }\n\
            fn request(text: &str, x: SCARD_IO_REQUEST) {\n\
            println!(\"constant {text} protocol: {:016x}\\nconstant {text} length: {:016x}\", x.dwProtocol, x.cbPciLength);\n}\n",
        );
        for Struct { name, .. } in &self.structs {
            text += &format!("kind!(\"record\" {name});\n");
        }
        text += "fn main() {\n";
        for name in self.types() {
            text += &format!(
                "println!(\"type {name}: size {{}} align {{}} {{}}\", size_of::<{name}>(), align_of::<{name}>(), kind::<{name}>());\n"
            );
        }
        for Struct { name, fields } in &self.structs {
            for field in fields {
                let field_name = &field.name;
                text += &format!(
                    "print!(\"field {name}.{field_name}: offset {{}}\", offset_of!({name}, {field_name}));\n"
                );
                text += &if field.is_flexible {
                    "println!();\n".to_owned()
                } else {
                    format!(
                        "let (size, kind) = field(|s: &{name}| &raw const s.{field_name});\nprintln!(\" size {{size}} {{kind}}\");\n"
                    )
                };
            }
        }
        let names = self.constants.iter().map(|constant| &constant.name);
        for value in names.chain(&self.calls) {
            text += &format!("println!(\"constant {value}: {{:016x}}\", {value} as i64);\n");
        }
        for (c, rust) in &self.requests {
            text += &format!("request(\"{c}\", SCARD_IO_REQUEST {{ ..{rust} }});\n");
        }
        text + "}\n"
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
