//! A command's way through the card: read, gathered where it is one of a chain, and executed.

use super::card::DemoCard;
use super::channels::Channels;
use super::request::{Instruction, Request};
use crate::card::Card;
use pcsc_iso7816::status_word::StatusWord;

impl Card for DemoCard {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, command: &[u8], response: &mut Vec<u8>) {
        self.commands += 1;
        let status = self.receive(command, response).unwrap_or_else(|status| status);
        response.extend_from_slice(&<[u8; 2]>::from(status));
    }

    fn reset(&mut self) {
        self.channels = Channels::AFTER_RESET;
        self.chain.clear();
        self.rounds.clear();
        self.pin.forget();
    }
}

impl DemoCard {
    /// Reads a command that the card is ready for.
    fn admit<'a>(&self, command: &'a [u8]) -> Result<Request<'a>, StatusWord> {
        let request = Request::parse(command, self.options.extended_length())?;
        if request.channel >= self.options.channels || !self.channels.is_open(request.channel) {
            return Err(StatusWord::CHANNEL_NOT_SUPPORTED);
        }
        if request.is_chaining && !self.options.chaining {
            return Err(StatusWord::CHAINING_NOT_SUPPORTED);
        }
        Ok(request)
    }

    fn receive(&mut self, command: &[u8], response: &mut Vec<u8>) -> Result<StatusWord, StatusWord> {
        let request = self.admit(command).inspect_err(|_| self.chain.clear())?;
        if !request.is_chaining && !self.chain.is_open() {
            return self.execute(&request, response);
        }
        self.chain.gather(&request)?;
        if request.is_chaining {
            self.rounds.clear();
            return Ok(StatusWord::SUCCESS);
        }
        let gathered = self.chain.take();
        let whole = Request {
            data: &gathered,
            ..request
        };
        let status = self.execute(&whole, response);
        self.chain.give_back(gathered);
        status
    }

    fn execute(&mut self, request: &Request<'_>, response: &mut Vec<u8>) -> Result<StatusWord, StatusWord> {
        if request.instruction != Instruction::GetResponse {
            self.rounds.clear();
        }
        match request.instruction {
            Instruction::Verify => self.verify(request),
            Instruction::ChangeReferenceData => self.change_reference_data(request),
            Instruction::ResetRetryCounter => self.reset_retry_counter(request),
            Instruction::ManageChannel => self.manage_channel(request, response),
            Instruction::GetChallenge => self.get_challenge(request, response),
            Instruction::InternalAuthenticate => self.internal_authenticate(request, response),
            Instruction::Select => self.select(request, response),
            Instruction::ReadBinary => self.read_binary(request, response),
            Instruction::ReadBinaryOdd => self.read_binary_odd(request, response),
            Instruction::ReadRecord => self.read_record(request, response),
            Instruction::GetResponse => self.rounds.get_response(&self.options, request, response),
            Instruction::GetData => self.get_data(request, response),
            Instruction::UpdateBinary => self.update_binary(request),
            Instruction::UpdateBinaryOdd => self.update_binary_odd(request),
            Instruction::PutData => self.put_data(request),
            Instruction::UpdateRecord => self.update_record(request),
        }
    }
}
