//! The socket's file.

use crate::program::{Folder, Program, Service};
use pcsc_sim::Simulator;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::time::{Duration, Instant};

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

#[test]
fn a_service_that_is_back_does_not_take_a_place_that_is_anothers_by_now() {
    let service = Service::start();
    let path = service.served.path();
    let is_back = || {
        service.simulator.stop_service();
        service.simulator.start_service();
        service.served.failure().map(|error| error.kind())
    };
    service.simulator.stop_service();
    let other = Simulator::new().serve(path).unwrap();
    service.simulator.start_service();
    assert_eq!(service.served.failure().unwrap().kind(), ErrorKind::AddrInUse);
    let mut program = Program::connect(path);
    program.establish();
    // The look at whose place it is was a connection, too, which ends a moment later.
    let end = Instant::now() + Duration::from_secs(60);
    while other.programs() > 1 {
        assert!(Instant::now() < end, "a connection is left");
        std::thread::yield_now();
    }
    assert_eq!(other.programs(), 1);
    drop(other);
    fs::write(path, "text").unwrap();
    assert_eq!(is_back(), Some(ErrorKind::AlreadyExists));
    assert_eq!(fs::read(path).unwrap(), b"text");
    fs::remove_file(path).unwrap();
    assert_eq!(is_back(), None);
    service.connected();
}

#[test]
fn a_relative_path_becomes_a_whole_one() {
    let folder = Folder::new();
    let working = std::env::current_dir().unwrap();
    let up = "../".repeat(working.components().count() - 1);
    let path = Path::new(&up).join(folder.socket().strip_prefix("/").unwrap());
    assert!(path.is_relative());
    let served = Simulator::new().serve(&path).unwrap();
    assert_eq!(served.path(), working.join(path));
    assert!(folder.socket().exists());
}

#[test]
fn the_socket_of_a_service_that_is_stopped_is_removed_at_the_end_too() {
    let service = Service::start();
    let path = service.served.path().to_owned();
    service.simulator.stop_service();
    assert!(path.exists());
    drop(service.served);
    assert!(!path.exists());
    // But not what somebody else has made there.
    let served = service.simulator.serve(&path).unwrap();
    assert!(!path.exists(), "it is stopped");
    service.simulator.start_service();
    service.simulator.stop_service();
    let other = Simulator::new().serve(&path).unwrap();
    drop(served);
    Program::connect(other.path()).establish();
}
