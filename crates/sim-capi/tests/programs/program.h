/* What the programs of this folder have in common. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>
#include <reader.h>

#define READER "Simulated Reader 00 00"

/* A result as winscard.h writes it: the values of a LONG's lower half. */
#define CODE(result) ((unsigned)((result) & 0xFFFFFFFF))

/* Ends the program where a call returns anything but success. */
#define EXPECT(call)                                                                        \
	do {                                                                                    \
		LONG result_ = (call);                                                              \
		if (result_ != SCARD_S_SUCCESS) {                                                   \
			printf("line %d: %s: %08X\n", __LINE__, #call, CODE(result_));                  \
			fflush(stdout);                                                                 \
			_Exit(3);                                                                       \
		}                                                                                   \
	} while (0)

/* Ends the program where something is not so. */
#define CHECK(condition)                                                                    \
	do {                                                                                    \
		if (!(condition)) {                                                                 \
			printf("line %d: not so: %s\n", __LINE__, #condition);                          \
			fflush(stdout);                                                                 \
			_Exit(3);                                                                       \
		}                                                                                   \
	} while (0)
