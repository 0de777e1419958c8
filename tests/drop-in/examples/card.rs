//! Lists the readers, and sends a command to the card in one of them: `card READER COMMAND`, the command in hexadecimal.

use std::error::Error;
use std::ffi::CString;

use pcsc::{Context, Disposition, MAX_BUFFER_SIZE, Protocols, Scope, ShareMode};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [reader, command] = arguments.as_slice() else {
        return Err("usage: card READER COMMAND".into());
    };
    let command: Vec<u8> = (0..command.len())
        .step_by(2)
        .map(|index| u8::from_str_radix(&command[index..index + 2], 16))
        .collect::<Result<_, _>>()?;
    let context = Context::establish(Scope::User)?;
    for name in context.list_readers_owned()? {
        println!("{}", name.to_string_lossy());
    }
    let card = context.connect(&CString::new(reader.as_str())?, ShareMode::Shared, Protocols::ANY)?;
    println!("answer to reset {:02X?}", card.status2_owned()?.atr());
    let mut buffer = [0; MAX_BUFFER_SIZE];
    let answer = card.transmit(&command, &mut buffer)?;
    println!("answer {answer:02X?}");
    card.disconnect(Disposition::ResetCard)
        .map_err(|(_, error)| error)?;
    Ok(())
}
