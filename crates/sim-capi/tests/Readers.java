import java.util.stream.Collectors;
import javax.smartcardio.Card;
import javax.smartcardio.CardChannel;
import javax.smartcardio.CardTerminal;
import javax.smartcardio.CommandAPDU;
import javax.smartcardio.TerminalFactory;

/** Lists the readers, and reads a text of the demonstration card in the first one. */
public class Readers {
    public static void main(String[] arguments) throws Exception {
        var terminals = TerminalFactory.getDefault().terminals().list();
        System.out.println(terminals.stream().map(CardTerminal::getName).collect(Collectors.toList()));
        Card card = terminals.get(0).connect("*");
        System.out.println(card.getProtocol());
        CardChannel channel = card.getBasicChannel();
        byte[] application = {(byte) 0xF0, 'P', 'C', 'S', 'C', '-', 'S', 'I', 'M'};
        System.out.printf("%04X%n", channel.transmit(new CommandAPDU(0x00, 0xA4, 0x04, 0x00, application)).getSW());
        var answer = channel.transmit(new CommandAPDU(0x00, 0xB0, 0x81, 0x00, 5));
        System.out.println(new String(answer.getData(), "US-ASCII"));
        card.disconnect(true);
    }
}
