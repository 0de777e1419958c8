//! What a reader's driver answers, as the test has set it.

use pcsc_session::{Code, Error, Protocols, Session, ShareMode};
use pcsc_sim::Simulator;
use pcsc_sys::{SCARD_E_NOT_TRANSACTED, SCARD_E_UNSUPPORTED_FEATURE};

#[track_caller]
fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> Code {
    result.unwrap_err().code().unwrap()
}

#[test]
fn features_controls_and_attributes_are_those_that_were_set() {
    let sim = Simulator::new();
    let reader = sim.add_reader("Simulated Reader 00 00");
    let options = Session::options()
        .provider(sim.provider())
        .share_mode(ShareMode::Direct);
    let session = options.protocols(Protocols::empty()).open().unwrap();
    let request = u32::try_from(pcsc_sys::CM_IOCTL_GET_FEATURE_REQUEST).unwrap();
    assert_eq!(code(session.control(request, &[])), Code::UNSUPPORTED_FEATURE);
    reader.set_features([(6, 0x4233_0006)]);
    assert_eq!(session.control(request, &[]).unwrap(), [6, 4, 0x42, 0x33, 0, 6]);
    reader.on_control(|code, input, output| match code {
        0x4233_0006 => {
            output.extend(input.iter().rev());
            Ok(())
        }
        _ => Err(SCARD_E_NOT_TRANSACTED),
    });
    assert_eq!(session.control(0x4233_0006, &[1, 2, 3]).unwrap(), [3, 2, 1]);
    assert_eq!(code(session.control(1, &[])), Code::NOT_TRANSACTED);
    sim.fail("SCardControl", 1, SCARD_E_UNSUPPORTED_FEATURE);
    assert_eq!(code(session.control(0x4233_0006, &[])), Code::UNSUPPORTED_FEATURE);
}
