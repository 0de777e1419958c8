//! No files use each other's names in a circle, so that each can be read with those below it alone.
//!
//! A name counts where it is defined, not where it is handed on by a `pub use`. The sources of the crates are looked at, and of
//! these not the tests. A method is no name: what a type can do may stand in several files, which then belong together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use repository::{read, root};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, UseTree, Visibility};

#[test]
fn no_files_use_each_other_in_a_circle() {
    let mut circles = String::new();
    let mut files = 0;
    for source in sources() {
        let krate = Crate::read(&source);
        files += krate
            .modules
            .iter()
            .map(|module| &module.file)
            .collect::<BTreeSet<_>>()
            .len();
        for (file, others) in krate.circles() {
            circles += &format!("{}:\n", file.display());
            for (other, names) in others {
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                circles += &format!("    {}: {}\n", other.display(), names.join(", "));
            }
        }
    }
    assert!(files > 300, "{files} files were read");
    assert!(
        circles.is_empty(),
        "each file, and what it uses of others that use it:\n{circles}"
    );
}

/// Returns the file that each crate of the workspace begins with.
fn sources() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("crates")).unwrap();
    let folders = folders.map(|folder| folder.unwrap().path()).chain([root()]);
    let files = folders.flat_map(|folder| ["lib.rs", "main.rs"].map(|name| folder.join("src").join(name)));
    files.filter(|file| file.exists()).collect()
}

/// A crate's modules; the first one is its root.
#[derive(Default)]
struct Crate {
    modules: Vec<Module>,
}

#[derive(Default)]
struct Module {
    file: PathBuf,
    parent: usize,
    children: BTreeMap<String, usize>,
    /// The names of its own items.
    items: BTreeSet<String>,
    /// What it takes from elsewhere: the name here, and the path.
    imports: Vec<(String, Vec<String>)>,
    /// The paths that stand in its items, and in imports that are not handed on.
    paths: BTreeSet<Vec<String>>,
}

/// What is used of other files: their paths, and names.
type Uses = BTreeMap<PathBuf, BTreeSet<String>>;

impl Crate {
    fn read(source: &Path) -> Crate {
        let mut krate = Crate::default();
        let folder = source.parent().unwrap();
        krate.add(source, folder, 0, syn::parse_file(&read(source)).unwrap().items);
        krate
    }

    /// Adds a module of these items, whose files stand in this folder, and returns its number.
    fn add(&mut self, file: &Path, folder: &Path, parent: usize, items: Vec<Item>) -> usize {
        let number = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            ..Module::default()
        });
        for item in items.into_iter().filter(|item| !is_of_tests(attributes(item))) {
            match item {
                Item::Mod(module) => {
                    let name = module.ident.to_string();
                    if let Some(child) = self.add_child(file, folder, number, module) {
                        self.modules[number].children.insert(name, child);
                    }
                }
                item => self.modules[number].add(&item),
            }
        }
        number
    }

    fn add_child(&mut self, file: &Path, folder: &Path, parent: usize, module: ItemMod) -> Option<usize> {
        let name = module.ident.to_string();
        let below = folder.join(&name);
        if let Some((_, items)) = module.content {
            return Some(self.add(file, &below, parent, items));
        }
        if let Some(path) = path_of(&module.attrs) {
            let place = file.parent()?.join(path);
            let items = syn::parse_file(&read(&place)).unwrap().items;
            return Some(self.add(&place, place.parent()?, parent, items));
        }
        // One that is chosen by features is in neither place.
        let places = [folder.join(name + ".rs"), below.join("mod.rs")];
        let place = places.into_iter().find(|place| place.exists())?;
        let items = syn::parse_file(&read(&place)).unwrap().items;
        Some(self.add(&place, &below, parent, items))
    }

    /// Finds the module in which the name that a path of this module means is defined, and that name.
    fn definer(&self, module: usize, path: &[String], depth: usize) -> Option<(usize, String)> {
        let (first, rest) = path.split_first()?;
        let here = &self.modules[module];
        match first.as_str() {
            "crate" => return self.definer(0, rest, depth),
            "self" => return self.definer(module, rest, depth),
            "super" => return self.definer(here.parent, rest, depth),
            _ => {}
        }
        // A module by itself is no use of what is in it; a function may be imported that has its name.
        if let Some(child) = here.children.get(first).filter(|_| !rest.is_empty()) {
            return self.definer(*child, rest, depth);
        }
        if here.items.contains(first) {
            return Some((module, first.clone()));
        }
        if depth == 0 {
            return None;
        }
        let meant = |wanted: &'static str| {
            let imports = here.imports.iter().filter(move |(name, _)| match wanted {
                "" => name == first,
                _ => name == wanted,
            });
            imports.map(|(_, path)| path)
        };
        let mut by_name = meant("").map(|path| [path, rest].concat());
        let mut by_glob =
            meant("*").map(|path| [path.as_slice(), std::slice::from_ref(first), rest].concat());
        let find = |path: Vec<String>| self.definer(module, &path, depth - 1);
        by_name.find_map(find).or_else(|| by_glob.find_map(find))
    }

    /// Returns for each file what it uses of other ones.
    fn uses(&self) -> BTreeMap<PathBuf, Uses> {
        let mut all: BTreeMap<PathBuf, Uses> = BTreeMap::new();
        for (number, module) in self.modules.iter().enumerate() {
            for path in &module.paths {
                let Some((definer, name)) = self.definer(number, path, 8) else {
                    continue;
                };
                let file = &self.modules[definer].file;
                if *file != module.file {
                    let uses = all.entry(module.file.clone()).or_default();
                    uses.entry(file.clone()).or_default().insert(name);
                }
            }
        }
        all
    }

    /// Returns for each file in a circle what it uses of those in the same one.
    fn circles(&self) -> BTreeMap<PathBuf, Uses> {
        let all = self.uses();
        let reachable = |from: &PathBuf| {
            let mut found = BTreeSet::new();
            let mut left = vec![from];
            while let Some(file) = left.pop() {
                for next in all.get(file).into_iter().flat_map(BTreeMap::keys) {
                    if found.insert(next) {
                        left.push(next);
                    }
                }
            }
            found
        };
        let mut circles = BTreeMap::new();
        for (file, uses) in &all {
            let back = uses.iter().filter(|(other, _)| reachable(other).contains(file));
            let back: Uses = back
                .map(|(other, names)| (other.clone(), names.clone()))
                .collect();
            if !back.is_empty() {
                circles.insert(file.clone(), back);
            }
        }
        circles
    }
}

impl Module {
    fn add(&mut self, item: &Item) {
        let name = match item {
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Union(item) => &item.ident,
            Item::Macro(item) => match &item.ident {
                Some(name) => name,
                None => return,
            },
            Item::Use(item) => {
                let is_own = matches!(item.vis, Visibility::Inherited);
                return self.import(&item.tree, &mut Vec::new(), is_own);
            }
            Item::Mod(_) => return,
            item => return self.visit_item(item),
        };
        self.items.insert(name.to_string());
        self.visit_item(item);
    }

    fn import(&mut self, tree: &UseTree, path: &mut Vec<String>, is_own: bool) {
        match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.to_string());
                self.import(&tree.tree, path, is_own);
                path.pop();
            }
            UseTree::Group(group) => group
                .items
                .iter()
                .for_each(|tree| self.import(tree, path, is_own)),
            UseTree::Glob(_) => self.imports.push(("*".to_owned(), path.clone())),
            UseTree::Name(name) => self.take(name.ident.to_string(), name.ident.to_string(), path, is_own),
            UseTree::Rename(name) => self.take(name.rename.to_string(), name.ident.to_string(), path, is_own),
        }
    }

    fn take(&mut self, here: String, name: String, path: &[String], is_own: bool) {
        let mut path = path.to_vec();
        if name == "self" {
            let own = path.last().cloned().unwrap_or_default();
            self.imports.push((if here == "self" { own } else { here }, path));
            return;
        }
        path.push(name);
        if is_own {
            self.paths.insert(path.clone());
        }
        self.imports.push((here, path));
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|segment| segment.ident.to_string());
        self.paths.insert(names.collect());
        visit::visit_path(self, path);
    }

    /// What is passed to a macro, and what one is made of, is any text: what looks like a path in it is one.
    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let text = called.tokens.to_string().replace(" :: ", "::");
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
            let names: Vec<_> = word.trim_matches(':').split("::").map(str::to_owned).collect();
            if names.len() > 1 {
                self.paths.insert(names);
            }
        }
        visit::visit_macro(self, called);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, &mut Vec::new(), true);
    }
}

/// Tells whether something is compiled for tests alone: by `test`, or by that and more.
fn is_of_tests(attributes: &[Attribute]) -> bool {
    let cfgs = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"));
    let mut conditions = cfgs.filter_map(|cfg| Some(cfg.meta.require_list().ok()?.tokens.to_string()));
    conditions.any(|condition| {
        let condition = condition.replace(' ', "");
        condition == "test" || condition.starts_with("all(test,")
    })
}

/// Returns the file that a module is told to be in.
fn path_of(attributes: &[Attribute]) -> Option<String> {
    let path = attributes
        .iter()
        .find(|attribute| attribute.path().is_ident("path"))?;
    match &path.meta.require_name_value().ok()?.value {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(path),
            ..
        }) => Some(path.value()),
        _ => None,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Returns the files in a circle of a crate that has these.
fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        repository::write(folder.path().join(name), text);
    }
    let circles = Crate::read(&folder.path().join("lib.rs")).circles();
    let files = circles.keys().map(|file| file.strip_prefix(&folder).unwrap());
    files.map(|file| file.display().to_string()).collect()
}

#[test]
fn a_circle_is_found_through_what_is_handed_on() {
    let found = circles(&[
        ("lib.rs", "mod a;\nmod b;\nmod c;\nmod tests_only;\n"),
        ("a.rs", "mod inner;\npub use inner::Name;\n"),
        ("a/inner.rs", "use crate::b::B;\npub struct Name(B);\n"),
        (
            "b.rs",
            "use crate::a;\npub struct B;\nfn b() -> Option<Box<a::Name>> { None }\n",
        ),
        ("c.rs", "use crate::b::B;\npub struct C(B);\n"),
        ("tests_only.rs", "#[cfg(test)]\nmod tests { use crate::c::C; }\n"),
    ]);
    assert_eq!(found, ["a/inner.rs", "b.rs"]);
}

#[test]
fn no_way_to_use_a_name_escapes() {
    let others = "pub enum E { V }\npub fn a() { crate::b::b(); }\nmod inner { pub fn i() {} }\n";
    for b in [
        "use crate::a::a;\npub fn b() {}\n",
        "use crate::a::{self};\npub fn b() { a::a() }\n",
        "use crate::a as q;\npub fn b() { q::a() }\n",
        "use crate::a::{self as q};\npub fn b() { q::a() }\n",
        "use crate::a::*;\npub fn b() { a() }\n",
        "use std::fmt::*;\nuse crate::a::*;\npub fn b() { a() }\n",
        "use super::a;\npub fn b() -> a::E { a::E::V }\n",
        "pub(crate) use crate::a::E;\npub fn b() -> E { E::V }\n",
        "use crate::a::E;\nuse E::*;\npub fn b() -> E { V }\n",
        "pub fn b() { println!(\"{}\", crate::a::a()); }\n",
        "macro_rules! m { () => { $crate::a::a() } }\npub fn b() {}\n",
        "pub fn b() { use crate::a::E; }\n",
        "pub mod c { use crate::a::E; }\npub fn b() {}\n",
    ] {
        let found = circles(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", others), ("b.rs", b)]);
        assert_eq!(found, ["a.rs", "b.rs"], "{b}");
    }
    let elsewhere = [
        ("lib.rs", "mod a;\n#[path = \"other.rs\"]\nmod b;\n"),
        ("a.rs", others),
        ("other.rs", "use crate::a::a;\npub fn b() {}\n"),
    ];
    assert_eq!(circles(&elsewhere), ["a.rs", "other.rs"]);
    let a_face = [
        ("lib.rs", "mod b;\nmod f;\n"),
        ("b.rs", "use crate::f::a;\npub fn b() {}\n"),
        ("f/mod.rs", "mod a;\npub use a::a;\n"),
        ("f/a.rs", "pub fn a() { crate::b::b(); }\n"),
    ];
    assert_eq!(circles(&a_face), ["b.rs", "f/a.rs"]);
    for tests in [
        "pub fn b() {}\n#[cfg(test)]\nfn t() { crate::a::a() }\n",
        "pub fn b() {}\n#[cfg(all(test, feature = \"load\"))]\nmod tests { use crate::a::a; }\n",
        "pub fn b() {}\n#[cfg(test)]\nuse crate::a::a;\n",
    ] {
        let found = circles(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", others), ("b.rs", tests)]);
        assert!(found.is_empty(), "{tests}: {found:?}");
    }
}
