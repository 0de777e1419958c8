//! The socket's file.

use crate::program::{Folder, Program, Service};
use pcsc_sim::Simulator;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn socket_and_folder_are_the_users_alone() {
    let service = Service::start();
    assert_eq!(mode(service.served.path()), 0o600);
    assert_eq!(mode(&service.folder.0), 0o700);
    service.simulator.stop_service();
    service.simulator.start_service();
    assert_eq!(mode(service.served.path()), 0o600);
    // Nothing else is left there.
    let names: Vec<_> = fs::read_dir(&service.folder.0)
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(names, ["pcscd.comm"]);
}

#[test]
fn a_folder_that_is_there_stays_as_it_is() {
    let folder = Folder::new();
    fs::create_dir(&folder.0).unwrap();
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o755)).unwrap();
    drop(Simulator::new().serve(folder.socket()).unwrap());
    assert_eq!(mode(&folder.0), 0o755);
}

#[test]
fn what_is_in_the_way_is_replaced_where_it_is_a_dead_service() {
    let folder = Folder::new();
    let simulator = Simulator::new();
    let error = |path: &Path| simulator.serve(path).unwrap_err().kind();
    fs::create_dir(&folder.0).unwrap();
    drop(UnixListener::bind(folder.socket()).unwrap());
    let served = simulator.serve(folder.socket()).unwrap();
    Program::connect(served.path()).establish();
    assert_eq!(error(served.path()), ErrorKind::AddrInUse);
    assert_eq!(error(&folder.0), ErrorKind::AlreadyExists);
    let file = folder.0.join("file");
    fs::write(&file, "text").unwrap();
    assert_eq!(error(&file), ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&file).unwrap(), b"text");
    assert_eq!(error(&folder.0.join("x".repeat(120))), ErrorKind::InvalidInput);
    // None of these has harmed it.
    Program::connect(served.path()).establish();
}

#[test]
fn a_socket_that_is_another_services_by_now_is_not_removed() {
    let service = Service::start();
    let path = service.served.path().to_owned();
    fs::remove_file(&path).unwrap();
    let other = Simulator::new().serve(&path).unwrap();
    drop(service.served);
    assert!(
        fs::symlink_metadata(other.path())
            .unwrap()
            .file_type()
            .is_socket()
    );
    Program::connect(&path).establish();
}

#[test]
fn a_socket_that_cannot_be_made_again_is_told() {
    let service = Service::start();
    service.simulator.stop_service();
    fs::remove_dir_all(&service.folder.0).unwrap();
    service.simulator.start_service();
    assert_eq!(service.served.failure().unwrap().kind(), ErrorKind::NotFound);
    fs::create_dir(&service.folder.0).unwrap();
    service.simulator.stop_service();
    service.simulator.start_service();
    assert!(service.served.failure().is_none());
    service.connected();
}
