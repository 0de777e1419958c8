/* All functions, the first call among them, from threads with the smallest stack there is, of which the program itself uses
 * as many bytes as its argument says: case 36. */

#define _GNU_SOURCE
#include <limits.h>
#include <pthread.h>
#include "program.h"

static unsigned char answer[MAX_BUFFER_SIZE_EXTENDED];

static void send_apdu(int line, SCARDHANDLE card, const unsigned char *command, DWORD length, DWORD expected,
	unsigned sw)
{
	DWORD answered = sizeof answer;
	EXPECT(SCardTransmit(card, SCARD_PCI_T1, command, length, NULL, answer, &answered));
	unsigned got = answered < 2 ? 0 : answer[answered - 2] << 8 | answer[answered - 1];
	if (answered != expected || got != sw) {
		printf("line %d: %lu bytes, %04X\n", line, (unsigned long)answered, got);
		fflush(stdout);
		_Exit(3);
	}
}

#define SEND(expected, sw, ...)                                                             \
	do {                                                                                    \
		static const unsigned char command_[] = {__VA_ARGS__};                              \
		send_apdu(__LINE__, card, command_, sizeof command_, expected, sw);                           \
	} while (0)

static void use_card(SCARDHANDLE card)
{
	SEND(2, 0x9000, 0x00, 0xA4, 0x04, 0x0C, 0x09, 0xF0, 'P', 'C', 'S', 'C', '-', 'S', 'I', 'M');
	SEND(7, 0x9000, 0x00, 0xB0, 0x81, 0x00, 0x05);
	/* READ BINARY of 32,768 bytes in one answer. */
	SEND(32770, 0x9000, 0x00, 0xB0, 0x82, 0x00, 0x00, 0x80, 0x00);
	/* GET CHALLENGE, of extended length too. */
	SEND(10, 0x9000, 0x00, 0x84, 0x00, 0x00, 0x08);
	SEND(10, 0x9000, 0x00, 0x84, 0x00, 0x00, 0x00, 0x00, 0x08);
	/* READ RECORD and READ RECORDS, GET DATA. */
	SEND(18, 0x9000, 0x00, 0xB2, 0x01, 0x24, 0x00);
	SEND(6, 0x9000, 0x00, 0xCA, 0x01, 0x01, 0x00);
	SEND(1002, 0x9000, 0x00, 0xCA, 0x01, 0x02, 0x00, 0x00, 0x00);
	/* VERIFY, wrong and right, and what it allows. */
	SEND(2, 0x6982, 0x00, 0xB0, 0x85, 0x00, 0x00);
	SEND(2, 0x63C2, 0x00, 0x20, 0x00, 0x81, 0x04, '1', '2', '3', '4');
	SEND(2, 0x9000, 0x00, 0x20, 0x00, 0x81, 0x06, '1', '2', '3', '4', '5', '6');
	SEND(20, 0x9000, 0x00, 0xB0, 0x85, 0x00, 0x00);
	/* UPDATE BINARY, chained too; UPDATE RECORD; PUT DATA. */
	SEND(2, 0x9000, 0x00, 0xD6, 0x82, 0x00, 0x02, 0xAA, 0xBB);
	SEND(2, 0x9000, 0x10, 0xD6, 0x82, 0x00, 0x02, 0xAA, 0xBB);
	SEND(2, 0x9000, 0x00, 0xD6, 0x82, 0x00, 0x02, 0xAA, 0xBB);
	SEND(2, 0x9000, 0x00, 0xDC, 0x01, 0x24, 0x10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
	SEND(2, 0x9000, 0x00, 0xDA, 0x01, 0x01, 0x04, 1, 2, 3, 4);
	/* MANAGE CHANNEL, INTERNAL AUTHENTICATE, an unknown instruction. */
	SEND(3, 0x9000, 0x00, 0x70, 0x00, 0x00, 0x01);
	SEND(2, 0x9000, 0x01, 0x70, 0x80, 0x01);
	SEND(2, 0x6D00, 0x00, 0x02, 0x00, 0x00);
	/* The largest command. */
	static unsigned char largest[7 + 65535 + 2] = {0x00, 0xD6, 0x82, 0x00, 0x00, 0xFF, 0xFF};
	DWORD answered = sizeof answer;
	EXPECT(SCardTransmit(card, SCARD_PCI_T1, largest, sizeof largest, NULL, answer, &answered));
	CHECK(answered == 2);
}

static void *use(void *unused)
{
	SCARDCONTEXT context;
	SCARDHANDLE card;
	DWORD protocol, length, state;
	static char names[300];
	static SCARD_READERSTATE states[3];
	(void)unused;

	EXPECT(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
	EXPECT(SCardIsValidContext(context));
	length = sizeof names;
	EXPECT(SCardListReaders(context, NULL, names, &length));
	CHECK(!strcmp(names, READER));
	char *allocated;
	length = SCARD_AUTOALLOCATE;
	EXPECT(SCardListReaders(context, NULL, (char *)&allocated, &length));
	EXPECT(SCardFreeMemory(context, allocated));
	length = sizeof names;
	EXPECT(SCardListReaderGroups(context, names, &length));

	states[0].szReader = READER;
	states[1].szReader = "Simulated Reader 01 00";
	states[2].szReader = "\\\\?PnP?\\Notification";
	for (int i = 0; i < 3; i++)
		states[i].dwCurrentState = SCARD_STATE_UNAWARE;
	EXPECT(SCardGetStatusChange(context, 0, states, 3));
	CHECK(states[0].dwEventState & SCARD_STATE_PRESENT);
	for (int i = 0; i < 3; i++)
		states[i].dwCurrentState = states[i].dwEventState;
	CHECK(CODE(SCardGetStatusChange(context, 20, states, 2)) == CODE(SCARD_E_TIMEOUT));
	/* An event comes, and it is noticed. */
	if (states[1].dwEventState & SCARD_STATE_EMPTY) {
		EXPECT(SCardGetStatusChange(context, 20000, states, 2));
		CHECK(states[1].dwEventState & SCARD_STATE_PRESENT);
	}
	EXPECT(SCardCancel(context));

	EXPECT(SCardConnect(context, READER, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card, &protocol));
	EXPECT(SCardBeginTransaction(card));
	use_card(card);
	EXPECT(SCardEndTransaction(card, SCARD_LEAVE_CARD));
	length = sizeof names;
	DWORD atr_length = 33;
	EXPECT(SCardStatus(card, names, &length, &state, &protocol, answer, &atr_length));
	length = MAX_BUFFER_SIZE;
	EXPECT(SCardGetAttrib(card, SCARD_ATTR_DEVICE_FRIENDLY_NAME, answer, &length));
	EXPECT(SCardSetAttrib(card, SCARD_ATTR_VENDOR_NAME, (LPCBYTE)"Sim", 4));
	EXPECT(SCardControl(card, 0x42330006, NULL, 0, answer, sizeof answer, &length));
	CHECK(SCardControl(card, 1, NULL, 0, answer, sizeof answer, &length) != SCARD_S_SUCCESS);
	EXPECT(SCardReconnect(card, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1, SCARD_RESET_CARD, &protocol));
	CHECK(pcsc_stringify_error(SCARD_E_TIMEOUT)[0]);
	EXPECT(SCardDisconnect(card, SCARD_RESET_CARD));
	EXPECT(SCardReleaseContext(context));
	return NULL;
}

static size_t used;

static void *use_with_less(void *unused)
{
	volatile char *room = __builtin_alloca(used);
	room[0] = 1;
	use(unused);
	return room[0] ? NULL : unused;
}

int main(int argc, char **argv)
{
	CHECK(argc == 2);
	used = atoi(argv[1]);
	pthread_attr_t attributes;
	CHECK(pthread_attr_init(&attributes) == 0);
	CHECK(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN) == 0);
	printf("stack %ld\n", (long)PTHREAD_STACK_MIN);
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		pthread_t thread;
		CHECK(pthread_create(&thread, &attributes, use_with_less, NULL) == 0);
		CHECK(pthread_join(thread, NULL) == 0);
	}
	pthread_attr_destroy(&attributes);
	puts("all done");
	return 0;
}
