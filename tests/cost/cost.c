/* `cost COUNT` calls SCardTransmit COUNT times, as a C program does. */
#include <stdlib.h>

long SCardTransmit(long, const void *, const unsigned char *, unsigned long, void *, unsigned char *, unsigned long *);

int main(int argc, char **argv)
{
    static const unsigned char command[] = {0x00, 0xA4, 0x04, 0x00, 0x00};
    const struct { unsigned long protocol, length; } pci = {2, sizeof pci};
    unsigned char response[258];
    if (argc != 2)
        return 2;
    for (long count = atol(argv[1]); count > 0; count--) {
        unsigned long length = sizeof response;
        if (SCardTransmit(1, &pci, command, sizeof command, 0, response, &length) || length != 2)
            return 1;
    }
    return 0;
}
