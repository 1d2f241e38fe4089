@echo off
rem Runs the pinned Maven with a JDK 25 or newer: mvnw ARGUMENTS, as one would call mvn. The twin of the script mvnw; see there.
setlocal EnableExtensions

set "JAVA_WANTED=25"
set "MAVEN_VERSION=3.9.16"
set "MAVEN_SHA512=ed41650d42485cfc243fad22158caf9cbb5dc408ce7a09ddb94dd42a019de929ca43065bfa450612cf12bf78b5cafa3884b96c090de326ff590448c933454af3"
set "MAVEN_ARCHIVE=https://archive.apache.org/dist/maven/maven-3/%MAVEN_VERSION%/binaries/apache-maven-%MAVEN_VERSION%-bin.zip"

rem The JDK: JAVA_HOME, then java on the PATH, then the usual folders, where a 25 goes before anything newer.
set "FOUND_JDK="
set "NEWER_JDK="
if defined JAVA_HOME call :accept "%JAVA_HOME%"
for /f "delims=" %%j in ('where java 2^>nul') do call :accept "%%~dpj.."
if not defined FOUND_JDK if defined NEWER_JDK set "FOUND_JDK=%NEWER_JDK%"
for %%r in ("%ProgramFiles%\Java" "%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Microsoft" "%ProgramFiles%\Amazon Corretto" "%ProgramFiles%\Zulu" "%ProgramFiles%\BellSoft" "%USERPROFILE%\.jdks") do (
    for /d %%j in ("%%~r\*") do call :accept "%%j"
)
if not defined FOUND_JDK if defined NEWER_JDK set "FOUND_JDK=%NEWER_JDK%"
if not defined FOUND_JDK (
    echo mvnw: no JDK %JAVA_WANTED% or newer found: install one ^(for example Eclipse Temurin %JAVA_WANTED%^) or let JAVA_HOME name it. 1>&2
    exit /b 1
)
set "JAVA_HOME=%FOUND_JDK%"

rem Maven: in the user's wrapper folder, unpacked by us or by the stock wrapper.
if not defined MAVEN_USER_HOME set "MAVEN_USER_HOME=%USERPROFILE%\.m2"
set "DISTS=%MAVEN_USER_HOME%\wrapper\dists"
set "FOUND_MAVEN="
call :find_maven
if not defined FOUND_MAVEN call :install_maven || exit /b 1
call :find_maven

set "MAVEN_HOME="
"%FOUND_MAVEN%\bin\mvn.cmd" %*
exit /b %ERRORLEVEL%

rem :accept FOLDER: takes it as FOUND_JDK when it is a JDK of the wanted version, as NEWER_JDK when it is a newer one.
:accept
if defined FOUND_JDK exit /b 0
if not exist "%~f1\bin\javac.exe" exit /b 0
if not exist "%~f1\release" exit /b 0
set "MAJOR=0"
for /f "tokens=2 delims=.=-+" %%v in ('findstr /b "JAVA_VERSION=" "%~f1\release"') do set "MAJOR=%%~v"
set "MAJOR=%MAJOR:"=%"
if %MAJOR% equ %JAVA_WANTED% set "FOUND_JDK=%~f1"
if %MAJOR% gtr %JAVA_WANTED% set "NEWER_JDK=%~f1"
exit /b 0

:find_maven
for /d %%a in ("%DISTS%\apache-maven-%MAVEN_VERSION%*") do for /d %%b in ("%%a\*") do (
    if exist "%%b\bin\mvn.cmd" set "FOUND_MAVEN=%%b"
    for /d %%c in ("%%b\*") do if exist "%%c\bin\mvn.cmd" set "FOUND_MAVEN=%%c"
)
exit /b 0

rem :install_maven fetches the distribution by an mvn on the PATH (the user's mirrors and proxies count) or from Apache's archive,
rem checks and unpacks it; the move at the end makes it visible.
:install_maven
echo mvnw: fetching Maven %MAVEN_VERSION% into %DISTS% 1>&2
set "TARGET=%DISTS%\apache-maven-%MAVEN_VERSION%"
set "PART=%DISTS%\.part-%RANDOM%-%RANDOM%"
mkdir "%PART%" || exit /b 1
pushd "%PART%"
where mvn >nul 2>nul
if errorlevel 1 (
    curl -fsSL -o apache-maven-%MAVEN_VERSION%-bin.zip "%MAVEN_ARCHIVE%"
) else (
    call mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.10.0:copy -Dartifact=org.apache.maven:apache-maven:%MAVEN_VERSION%:zip:bin -DoutputDirectory=.
)
if not exist apache-maven-%MAVEN_VERSION%-bin.zip (
    echo mvnw: could not fetch Maven %MAVEN_VERSION%. 1>&2
    goto :failed
)
certutil -hashfile apache-maven-%MAVEN_VERSION%-bin.zip SHA512 | findstr /i /c:"%MAVEN_SHA512%" >nul
if errorlevel 1 (
    echo mvnw: the Maven %MAVEN_VERSION% fetched does not have the expected SHA-512 %MAVEN_SHA512%. 1>&2
    goto :failed
)
"%JAVA_HOME%\bin\jar" xf apache-maven-%MAVEN_VERSION%-bin.zip || goto :failed
popd
if not exist "%TARGET%" mkdir "%TARGET%"
move "%PART%\apache-maven-%MAVEN_VERSION%" "%TARGET%\dpo4j" >nul || exit /b 1
rmdir /s /q "%PART%"
exit /b 0
:failed
popd
rmdir /s /q "%PART%"
exit /b 1
