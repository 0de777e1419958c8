/* A program that frees all it has been given; with an argument it loses one block: case 34. */

#include "program.h"

static void lose(SCARDHANDLE card)
{
	unsigned char *lost = NULL;
	DWORD length = SCARD_AUTOALLOCATE;
	EXPECT(SCardGetAttrib(card, SCARD_ATTR_DEVICE_FRIENDLY_NAME, (unsigned char *)&lost, &length));
	CHECK(lost && length > 0);
}

/* So that no register and no slot of the stack has the block's address. */
static void overwrite(void)
{
	volatile char room[4096];
	for (size_t i = 0; i < sizeof room; i++)
		room[i] = 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	SCARDCONTEXT context, other;
	SCARDHANDLE card;
	DWORD protocol, length;
	char *allocated;
	unsigned char *bytes, answer[300];
	EXPECT(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context));
	EXPECT(SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &other));
	length = SCARD_AUTOALLOCATE;
	EXPECT(SCardListReaders(context, NULL, (char *)&allocated, &length));
	EXPECT(SCardConnect(context, allocated, SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, &card, &protocol));
	EXPECT(SCardFreeMemory(context, allocated));
	length = SCARD_AUTOALLOCATE;
	EXPECT(SCardListReaderGroups(context, (char *)&allocated, &length));
	EXPECT(SCardFreeMemory(context, allocated));
	length = sizeof answer;
	EXPECT(SCardTransmit(card, protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0,
		(LPCBYTE)"\0\204\0\0\10", 5, NULL, answer, &length));
	DWORD state, name_length = SCARD_AUTOALLOCATE, atr_length = SCARD_AUTOALLOCATE;
	EXPECT(SCardStatus(card, (char *)&allocated, &name_length, &state, &protocol, (unsigned char *)&bytes,
		&atr_length));
	EXPECT(SCardFreeMemory(context, allocated));
	EXPECT(SCardFreeMemory(context, bytes));
	/* One that fails has allocated all the same. */
	length = SCARD_AUTOALLOCATE;
	CHECK(SCardGetAttrib(card, 0x7FFFFFFF, (unsigned char *)&bytes, &length) != SCARD_S_SUCCESS);
	EXPECT(SCardFreeMemory(context, bytes));
	if (argc > 1)
		lose(card);
	overwrite();
	EXPECT(SCardDisconnect(card, SCARD_LEAVE_CARD));
	EXPECT(SCardReleaseContext(context));
	EXPECT(SCardReleaseContext(other));
	puts("all done");
	return 0;
}
